//! Where the Org's endpoints are.
//!
//! Format: OpenID Connect Discovery 1.0. Salesforce's document lists neither `code_challenge_methods_supported` nor
//! `grant_types_supported`: S256 is used although nothing announces it.

use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use super::WebLogin;
use crate::{
    answer::{self, Answer},
    error::{Obstacle, OrgError},
    instance,
};

#[derive(Clone)]
pub(super) struct Discovered {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) revocation_endpoint: Url,
    pub(super) introspection_endpoint: Url,
    pub(super) jwks_uri: Url,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    jwks_uri: String,
}

impl WebLogin {
    /// Asked once; kept while this lives.
    pub(super) async fn discover(&self) -> Result<Discovered, OrgError> {
        let mut slot = self.discovered.lock().await;
        if let Some(discovered) = &*slot {
            return Ok(discovered.clone());
        }
        let mut address = self.login.clone();
        address.set_path("/.well-known/openid-configuration");
        let document: Document = self.fetch(address).await?;
        // Otherwise any server we can be made to ask could speak for every other.
        if document.issuer.trim_end_matches('/') != self.login.as_str().trim_end_matches('/') {
            return Err(OrgError::fix("ISSUER", format!("{} says that it is {}", self.login, document.issuer)));
        }
        let vetted = |address: &str| {
            let url = instance::endpoint(address, self.settings.allow_loopback);
            let url = url.map_err(|refused| OrgError::fix("DISCOVERY", refused.to_string()))?;
            if instance::is_loopback(&url) == instance::is_loopback(&self.login) {
                Ok(url)
            } else {
                Err(OrgError::fix("DISCOVERY", format!("{url} is not where {} may send us", self.login)))
            }
        };
        let discovered = Discovered {
            authorization_endpoint: vetted(&document.authorization_endpoint)?,
            token_endpoint: vetted(&document.token_endpoint)?,
            revocation_endpoint: vetted(&document.revocation_endpoint)?,
            introspection_endpoint: vetted(&document.introspection_endpoint)?,
            jwks_uri: vetted(&document.jwks_uri)?,
            issuer: document.issuer,
        };
        *slot = Some(discovered.clone());
        Ok(discovered)
    }

    /// A public JSON document.
    pub(super) async fn fetch<T: serde::de::DeserializeOwned>(&self, address: Url) -> Result<T, OrgError> {
        let response = self.http.get(address).send().await.map_err(answer::retry_later)?;
        let answer = Answer::read(response).await.map_err(answer::retry_later)?;
        let document = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == StatusCode::OK);
        document.ok_or_else(|| {
            let reason = format!("the login server answered {} without its document", answer.status.as_u16());
            answer::later(Obstacle::Unreachable, &reason, answer.retry_after)
        })
    }
}
