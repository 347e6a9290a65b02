//! Whether a token still holds, and ending it.
//!
//! Format: RFC 7662 and RFC 7009; introspection needs the app's own credentials.

use serde::Deserialize;

use super::WebLogin;
use crate::{
    answer::{self, Repeating},
    error::OrgError,
    oauth,
};

/// What the Org says about a token. All but `active` is missing when it is dead.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Introspection {
    /// Whether it may be used.
    pub active: bool,
    /// Separated by spaces.
    #[serde(default)]
    pub scope: Option<String>,
    /// The app it belongs to.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The user's name.
    #[serde(default)]
    pub username: Option<String>,
    /// Seconds since the epoch.
    #[serde(default)]
    pub exp: Option<i64>,
}

impl WebLogin {
    /// Asks about an access or refresh token.
    pub async fn introspect(&self, token: &str) -> Result<Introspection, OrgError> {
        let mut form = vec![("token", token), ("client_id", &self.settings.client_id)];
        if let Some(secret) = &self.settings.client_secret {
            form.push(("client_secret", secret));
        }
        let answer = oauth::post(&self.http, self.discover().await?.introspection_endpoint, &form).await?;
        serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))
    }

    /// Ends a token; with a refresh token, everything that came of it. One that is dead already is fine.
    pub async fn revoke(&self, token: &str) -> Result<(), OrgError> {
        oauth::revoke(&self.http, self.discover().await?.revocation_endpoint, token).await
    }
}
