//! Access tokens: how one is asked for, and how many calls share the asking.
//!
//! Format: RFC 7523 JWT bearer and RFC 6749 client credentials. Salesforce states no lifetime: a token's end shows as a
//! 401 on some call, which then names the session it used; only the first to name it causes a token request.
//! Units: `exp` in seconds, everything else epoch milliseconds.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{StatusCode, header::HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    answer::{self, Answer},
    connection::OrgConnection,
    error::OrgError,
    record_id::RecordId,
    settings::{Grant, SettingsError},
};

/// Salesforce refuses assertions valid for more than three minutes; a little less absorbs a clock that runs ahead.
const ASSERTION_SECONDS: i64 = 170;
/// How long a permanent refusal stands for later calls, so that a revoked app does not turn into a hammering one.
const REFUSAL_STANDS_MILLIS: i64 = 30_000;
/// How long callers who queued behind a failed token request share its failure.
const FAILURE_SHARED_MILLIS: i64 = 1_000;

/// Which Org answered, and as whom we act there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The Org: compare it with the one that was meant before the first write.
    pub organization_id: RecordId,
    /// The integration user.
    pub user_id: RecordId,
}

/// Who asks for tokens. Without `Debug`: it holds the secret.
pub(crate) struct Applicant {
    client_id: String,
    grant: Grant,
    endpoint: Url,
}

#[derive(Default)]
pub(crate) struct SessionSlot {
    current: Option<Session>,
    failure: Option<(i64, OrgError)>,
    sessions_made: u64,
}

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) number: u64,
    pub(crate) bearer: HeaderValue,
    pub(crate) identity: Option<Identity>,
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// `https://login.salesforce.com/id/{organization}/{user}`
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Applicant {
    pub(crate) fn new(client_id: String, grant: Grant, instance: &Url, login: &Url) -> Result<Self, SettingsError> {
        let mut endpoint = match grant {
            Grant::JwtBearer { .. } => login.clone(),
            // The login hosts do not offer this grant.
            Grant::ClientCredentials { .. } => instance.clone(),
        };
        endpoint.set_path("/services/oauth2/token");
        let applicant = Self { client_id, grant, endpoint };
        applicant.form(0).map_err(SettingsError::UnusableKey)?;
        Ok(applicant)
    }

    fn form(&self, now: i64) -> Result<Vec<(&'static str, Zeroizing<String>)>, jsonwebtoken::errors::Error> {
        let plain = |text: &str| Zeroizing::new(text.to_owned());
        Ok(match &self.grant {
            Grant::JwtBearer { username, audience, private_key_pem } => {
                let claims = Assertion {
                    iss: &self.client_id,
                    sub: username,
                    aud: audience,
                    exp: now.div_euclid(1000) + ASSERTION_SECONDS,
                };
                let key = EncodingKey::from_rsa_pem(private_key_pem.as_bytes())?;
                let assertion = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key)?;
                vec![
                    ("grant_type", plain("urn:ietf:params:oauth:grant-type:jwt-bearer")),
                    ("assertion", Zeroizing::new(assertion)),
                ]
            }
            Grant::ClientCredentials { secret } => vec![
                ("grant_type", plain("client_credentials")),
                ("client_id", plain(&self.client_id)),
                ("client_secret", secret.clone()),
            ],
        })
    }
}

impl OrgConnection {
    /// Which Org this is and who we are in it, by the token answer; asks for a token when there is none.
    pub async fn identity(&self) -> Result<Identity, OrgError> {
        self.session(None).await?.identity.ok_or_else(|| OrgError::FixRequest {
            code: "NO_IDENTITY".to_owned(),
            message: "the token answer names no organisation and user".to_owned(),
            fields: Vec::new(),
        })
    }

    /// The current session, or a new one when there is none or `expired` names the current one.
    pub(crate) async fn session(&self, expired: Option<u64>) -> Result<Session, OrgError> {
        let mut slot = self.shared.session.lock().await;
        if let Some(session) = &slot.current
            && expired != Some(session.number)
        {
            return Ok(session.clone());
        }
        slot.current = None;
        if let Some((at, failure)) = &slot.failure {
            let stands = match failure {
                OrgError::Reauthorise { .. } => REFUSAL_STANDS_MILLIS,
                _ => FAILURE_SHARED_MILLIS,
            };
            // A clock set back must not make a failure stand for ever.
            if (0..stands).contains(&((self.shared.clock)() - at)) {
                return Err(failure.clone());
            }
        }
        match self.ask_for_token(slot.sessions_made + 1).await {
            Ok(session) => {
                slot.sessions_made = session.number;
                slot.failure = None;
                slot.current = Some(session.clone());
                Ok(session)
            }
            Err(failure) => {
                slot.failure = Some(((self.shared.clock)(), failure.clone()));
                Err(failure)
            }
        }
    }

    async fn ask_for_token(&self, number: u64) -> Result<Session, OrgError> {
        let form = self.shared.applicant.form((self.shared.clock)()).map_err(|_| OrgError::Reauthorise {
            code: "unusable_key".to_owned(),
            message: "the private key cannot sign".to_owned(),
        })?;
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let endpoint = self.shared.applicant.endpoint.clone();
        let answer = match self.shared.http.post(endpoint).form(&form).send().await {
            Ok(response) => Answer::read(response).await,
            Err(error) => Err(error),
        };
        // Asking again is harmless: at worst an unused token exists.
        let answer = answer.map_err(answer::retry_later)?;
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer));
        }
        let token: TokenAnswer = serde_json::from_slice(&answer.body)
            .map_err(|_| answer::later("the token endpoint did not answer with a token", None))?;
        let access_token = Zeroizing::new(token.access_token);
        let bearer = Zeroizing::new(format!("Bearer {}", access_token.as_str()));
        let mut bearer = HeaderValue::from_str(&bearer)
            .map_err(|_| answer::later("the token endpoint answered with an unusable token", None))?;
        bearer.set_sensitive(true);
        tracing::debug!(session = number, "obtained an access token");
        Ok(Session { number, bearer, identity: identity(&token.id) })
    }
}

fn identity(id: &str) -> Option<Identity> {
    let mut segments = id.trim_end_matches('/').rsplit('/');
    let user_id = RecordId::parse(segments.next()?).ok()?;
    let organization_id = RecordId::parse(segments.next()?).ok()?;
    Some(Identity { organization_id, user_id })
}

fn refusal(answer: &Answer) -> OrgError {
    let Ok(refusal) = serde_json::from_slice::<TokenRefusal>(&answer.body) else {
        return answer::later(&format!("the token endpoint answered {}", answer.status.as_u16()), answer.retry_after);
    };
    let momentary = answer.status.is_server_error()
        || matches!(answer.status.as_u16(), 420 | 429)
        || matches!(refusal.error.as_str(), "rate_limit_exceeded" | "server_error" | "temporarily_unavailable");
    if momentary {
        let after = answer.retry_after.unwrap_or(Duration::from_secs(30));
        answer::later(&format!("{}: {}", refusal.error, refusal.error_description), Some(after))
    } else {
        OrgError::Reauthorise { code: refusal.error, message: refusal.error_description }
    }
}
