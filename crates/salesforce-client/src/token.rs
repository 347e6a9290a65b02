//! Access tokens: how one is asked for, and how many calls share the asking.
//!
//! Format: RFC 7523 JWT bearer, RFC 6749 client credentials and refresh tokens. Salesforce states no lifetime: a token's
//! end shows as a 401 on some call, which then names the session it used; only the first to name it causes a token request.
//! Units: `exp` in seconds, everything else epoch milliseconds.

use std::sync::{Arc, Mutex};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::HeaderValue;
use serde::Serialize;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    answer,
    connection::OrgConnection,
    error::{Obstacle, OrgError},
    instance,
    oauth::{self, Granted, REVOCATION_PATH, TOKEN_PATH},
    record_id::RecordId,
    settings::{Grant, SettingsError},
};

mod refresh;

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
    /// A refresh token that replaced another and could not be stored yet.
    unkept: Mutex<Option<refresh::Unkept>>,
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
    token: Zeroizing<String>,
    pub(crate) identity: Option<Identity>,
    scopes: Arc<[String]>,
    instance: Option<Url>,
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
}

impl Applicant {
    pub(crate) fn new(client_id: String, grant: Grant, instance: &Url, login: &Url) -> Result<Self, SettingsError> {
        let mut endpoint = match grant {
            Grant::JwtBearer { .. } => login.clone(),
            // The login hosts do not offer the first of these, and need not for the second.
            Grant::ClientCredentials { .. } | Grant::RefreshToken { .. } => instance.clone(),
        };
        endpoint.set_path(TOKEN_PATH);
        let applicant = Self { client_id, grant, endpoint, unkept: Mutex::default() };
        applicant.form(0).map_err(SettingsError::UnusableKey)?;
        Ok(applicant)
    }

    /// What the grant sends; nothing for one that is not sent by itself.
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
            Grant::RefreshToken { .. } => Vec::new(),
        })
    }
}

impl OrgConnection {
    /// Which Org this is and who we are in it, by the token answer; asks for a token when there is none.
    pub async fn identity(&self) -> Result<Identity, OrgError> {
        let session = self.session(None).await?;
        session.identity.ok_or_else(|| OrgError::fix("NO_IDENTITY", "the token answer names no organisation and user"))
    }

    /// The scopes of the current session, as the token answer lists them; empty when it does not.
    pub async fn scopes(&self) -> Result<Arc<[String]>, OrgError> {
        Ok(self.session(None).await?.scopes)
    }

    /// Where the token answer says this Org lives: an origin on a Salesforce host. Calls go to the configured one.
    pub async fn stated_instance(&self) -> Result<Option<Url>, OrgError> {
        Ok(self.session(None).await?.instance)
    }

    /// Ends the current session, if there is one, and with it its token.
    pub async fn end_session(&self) -> Result<(), OrgError> {
        let Some(session) = self.shared.session.lock().await.current.take() else { return Ok(()) };
        let mut endpoint = self.shared.instance.clone();
        endpoint.set_path(REVOCATION_PATH);
        oauth::revoke(&self.shared.http, endpoint, &session.token).await
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
        let applicant = &self.shared.applicant;
        let granted = if let Grant::RefreshToken { secret, home } = &applicant.grant {
            refresh::refresh(&self.shared.http, applicant, secret.as_ref(), home).await?
        } else {
            let form = applicant.form((self.shared.clock)()).map_err(|_| OrgError::Reauthorise {
                code: "unusable_key".to_owned(),
                message: "the private key cannot sign".to_owned(),
            })?;
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            oauth::ask(&self.shared.http, applicant.endpoint.clone(), &form).await?
        };
        let session = self.session_of(granted, number)?;
        tracing::debug!(session = number, "obtained an access token");
        Ok(session)
    }

    fn session_of(&self, granted: Granted, number: u64) -> Result<Session, OrgError> {
        // An answer that points elsewhere is not the Org's, even if nothing is sent there.
        let instance = granted.instance_url.as_deref().filter(|url| !url.is_empty());
        let instance = instance.map(|url| instance::parse(url, self.shared.allow_loopback)).transpose();
        let instance = instance.map_err(|refused| OrgError::fix("INSTANCE_URL", refused.to_string()))?;
        let bearer = Zeroizing::new(format!("Bearer {}", granted.access_token.as_str()));
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| {
            answer::later(Obstacle::Unreachable, "the token endpoint answered with an unusable token", None)
        })?;
        bearer.set_sensitive(true);
        Ok(Session {
            number,
            bearer,
            token: granted.access_token,
            identity: granted.id.as_deref().and_then(identity),
            scopes: granted.scope.split_whitespace().map(str::to_owned).collect(),
            instance,
        })
    }
}

/// `https://login.salesforce.com/id/{organization}/{user}`
pub(crate) fn identity(id: &str) -> Option<Identity> {
    let mut segments = id.trim_end_matches('/').rsplit('/');
    let user_id = RecordId::parse(segments.next()?).ok()?;
    let organization_id = RecordId::parse(segments.next()?).ok()?;
    let named = user_id.key_prefix() == "005" && organization_id.key_prefix() == "00D";
    named.then_some(Identity { organization_id, user_id })
}
