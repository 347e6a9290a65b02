//! People who log in with Salesforce: the web-server flow with PKCE, and OpenID Connect.
//!
//! Knows who somebody is in which Org; not what they may do here. Authorise by organisation and permission, never by an
//! e-mail address, which in Salesforce nobody needs to prove.
//!
//! Format: RFC 6749 section 4.1, RFC 7636 (S256 always), OpenID Connect Core 1.0, Discovery 1.0.
//! Invariants: an id_token is checked the moment it arrives, and by its signature although it came over TLS; a code is
//! exchanged once; every endpoint is on a Salesforce host.
//! Units: epoch milliseconds.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointSet, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenUrl,
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use tokio::sync::Mutex;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    connection::http_client,
    error::OrgError,
    instance,
    oauth::{self, Builder, Granted},
    settings::{Clock, SettingsError},
    token::Identity,
};

mod discovery;
mod id_token;
mod introspection;

use discovery::Discovered;
pub use introspection::Introspection;

/// How long a person may take at the Org's login page.
const ATTEMPT_GOOD_FOR_MILLIS: i64 = 600_000;

/// The External Client App that people log in with.
#[derive(Clone)]
pub struct LoginSettings {
    /// The Org's My Domain.
    pub login_url: String,
    /// Consumer key.
    pub client_id: String,
    /// Consumer secret; sent together with PKCE, as apps of more than one customer must.
    pub client_secret: Option<Zeroizing<String>>,
    /// Where people come back to: `https`, or this machine when `allow_loopback`.
    pub redirect_uri: String,
    /// Beside `openid`, for example `refresh_token`.
    pub scopes: Vec<String>,
    /// For one call.
    pub timeout: Duration,
    /// As [`crate::Settings::allow_loopback`].
    pub allow_loopback: bool,
}

/// Logs people in.
pub struct WebLogin {
    settings: LoginSettings,
    login: Url,
    redirect_uri: RedirectUrl,
    http: reqwest::Client,
    clock: Clock,
    discovered: Mutex<Option<Discovered>>,
    /// The Org's signing keys, and when they were fetched.
    keys: Mutex<Option<(i64, JwkSet)>>,
}

/// What must be kept, secretly and for this browser only, while the person is at the Org's login page.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// Where to send the browser.
    pub url: String,
    state: String,
    nonce: String,
    verifier: String,
    begun_at: i64,
}

/// The query with which the browser comes back.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LoginReturn {
    /// To be exchanged, once.
    #[serde(default)]
    pub code: Option<String>,
    /// Ours.
    #[serde(default)]
    pub state: Option<String>,
    /// For example `access_denied`.
    #[serde(default)]
    pub error: Option<String>,
    /// The Org's words.
    #[serde(default)]
    pub error_description: Option<String>,
}

/// Who logged in. Without `Debug`: it holds their tokens.
pub struct Person {
    /// Which Org, and who there.
    pub identity: Identity,
    /// Acts as them.
    pub access_token: Zeroizing<String>,
    /// Where scope and app grant one: for [`crate::Grant::RefreshToken`].
    pub refresh_token: Option<Zeroizing<String>>,
}

/// Why nobody is logged in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The person, or the Org for them, said no. Show it.
    #[error("the Org did not let this person in: {code}: {message}")]
    Declined {
        /// For example `access_denied`.
        code: String,
        /// The Org's words.
        message: String,
    },
    /// What came back does not belong to this attempt. Log it, and let them begin again.
    #[error("this is not the answer to the login that was begun: {0}")]
    Mismatched(&'static str),
    /// As for every call.
    #[error(transparent)]
    Org(#[from] OrgError),
}

impl WebLogin {
    /// Checks the settings; nothing is sent until somebody logs in.
    pub fn new(settings: LoginSettings, clock: Clock) -> Result<Self, SettingsError> {
        let login = instance::parse(&settings.login_url, settings.allow_loopback)?;
        let redirect = Url::parse(&settings.redirect_uri).ok().filter(|url| {
            let here = settings.allow_loopback && instance::is_loopback(url);
            url.fragment().is_none() && (url.scheme() == "https" || here)
        });
        let redirect = redirect.ok_or_else(|| SettingsError::RedirectUri(settings.redirect_uri.clone()))?;
        let http = http_client(&login, settings.timeout).timeout(settings.timeout);
        Ok(Self {
            http: http.build().map_err(SettingsError::Client)?,
            redirect_uri: RedirectUrl::from_url(redirect),
            login,
            clock,
            settings,
            discovered: Mutex::default(),
            keys: Mutex::default(),
        })
    }

    /// Begins a login. `random` is 96 random bytes.
    pub async fn begin(&self, random: &[u8; 96]) -> Result<LoginAttempt, OrgError> {
        let text = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(part);
        let (state, nonce, verifier) = (text(&random[..32]), text(&random[32..64]), text(&random[64..]));
        let builder = self.builder().await?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let (url, _) = builder
            .authorize_url(|| CsrfToken::new(state.clone()))
            .add_scope(Scope::new("openid".to_owned()))
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .add_extra_param("nonce", &nonce)
            .set_pkce_challenge(challenge)
            .url();
        Ok(LoginAttempt { url: url.into(), state, nonce, verifier, begun_at: (self.clock)() })
    }

    /// Ends it: exchanges the code and checks who it is. The attempt is used up whatever happens.
    pub async fn finish(&self, attempt: LoginAttempt, returned: &LoginReturn) -> Result<Person, LoginError> {
        let now = (self.clock)();
        if !(0..=ATTEMPT_GOOD_FOR_MILLIS).contains(&(now - attempt.begun_at)) {
            return Err(LoginError::Mismatched("the login took too long"));
        }
        let state = returned.state.as_deref().unwrap_or_default();
        // Before anything else is believed, also an error.
        if !bool::from(state.as_bytes().ct_eq(attempt.state.as_bytes())) {
            return Err(LoginError::Mismatched("another state"));
        }
        if let Some(error) = &returned.error {
            let message = returned.error_description.clone().unwrap_or_default();
            return Err(LoginError::Declined { code: error.clone(), message });
        }
        let code = returned.code.clone().ok_or(LoginError::Mismatched("no code"))?;
        let builder = self.builder().await?;
        let send = |request| oauth::send(self.http.clone(), request);
        let answer = builder
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier))
            .request_async(&send)
            .await;
        let granted = match answer.map_err(oauth::failure) {
            Ok(answer) => Granted::from(answer),
            Err(OrgError::Reauthorise { code, message }) => return Err(LoginError::Declined { code, message }),
            Err(failure) => return Err(failure.into()),
        };
        let identity = self.check_id_token(&granted, &attempt.nonce).await?;
        Ok(Person { identity, access_token: granted.access_token, refresh_token: granted.refresh_token })
    }

    async fn builder(&self) -> Result<Builder<EndpointSet, EndpointSet>, OrgError> {
        let discovered = self.discover().await?;
        let builder = Builder::new(ClientId::new(self.settings.client_id.clone()))
            // Salesforce takes both; in the body it is the same for every flow.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(discovered.authorization_endpoint))
            .set_token_uri(TokenUrl::from_url(discovered.token_endpoint))
            .set_redirect_uri(self.redirect_uri.clone());
        Ok(match &self.settings.client_secret {
            Some(secret) => builder.set_client_secret(ClientSecret::new(secret.to_string())),
            None => builder,
        })
    }
}
