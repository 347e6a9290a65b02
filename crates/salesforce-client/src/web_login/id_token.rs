//! Who an id_token says it is, once everything about it holds.
//!
//! Format: OpenID Connect Core 1.0, 3.1.3.7. Salesforce's tokens live two minutes.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{LoginError, WebLogin};
use crate::{
    error::OrgError,
    oauth::Granted,
    token::{self, Identity},
};

/// Clocks of two machines may differ by this.
const LEEWAY_SECONDS: i64 = 60;
/// An unknown key makes us fetch the keys anew, but not more often than this.
const KEYS_GOOD_FOR_MILLIS: i64 = 60_000;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    nonce: String,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
}

impl WebLogin {
    pub(super) async fn check_id_token(&self, granted: &Granted, nonce: &str) -> Result<Identity, LoginError> {
        let id_token = granted.id_token.as_ref().ok_or(LoginError::Mismatched("no id_token"))?;
        let header = jsonwebtoken::decode_header(id_token.as_bytes());
        let header = header.map_err(|_| LoginError::Mismatched("the id_token is malformed"))?;
        let kid = header.kid.ok_or(LoginError::Mismatched("the id_token names no key"))?;
        let key = self.key(&kid).await?;
        let mut validation = Validation::new(Algorithm::RS256);
        // The time is an argument: checked below.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub"]);
        validation.set_audience(&[&self.settings.client_id]);
        validation.set_issuer(&[self.discover().await?.issuer]);
        let claims = jsonwebtoken::decode::<Claims>(id_token.as_bytes(), &key, &validation)
            .map_err(|_| LoginError::Mismatched("the id_token's signature, issuer, audience or claims"))?
            .claims;
        let now = (self.clock)().div_euclid(1000);
        if now >= claims.exp.saturating_add(LEEWAY_SECONDS) || claims.iat > now.saturating_add(LEEWAY_SECONDS) {
            return Err(LoginError::Mismatched("the id_token is not of now"));
        }
        if !bool::from(claims.nonce.as_bytes().ct_eq(nonce.as_bytes())) {
            return Err(LoginError::Mismatched("another nonce"));
        }
        if claims.azp.is_some_and(|party| party != self.settings.client_id) {
            return Err(LoginError::Mismatched("the id_token is another app's"));
        }
        let half = &Sha256::digest(granted.access_token.as_bytes())[..16];
        if claims.at_hash.is_some_and(|hash| hash != BASE64_URL_SAFE_NO_PAD.encode(half)) {
            return Err(LoginError::Mismatched("the id_token is another access token's"));
        }
        token::identity(&claims.sub).ok_or(LoginError::Mismatched("the id_token names no user of an Org"))
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, LoginError> {
        let mut slot = self.keys.lock().await;
        let now = (self.clock)();
        if let Some((_, keys)) = &*slot
            && let Some(key) = keys.find(kid)
        {
            return decoding_key(key);
        }
        let fresh = slot.as_ref().is_some_and(|(at, _)| (0..KEYS_GOOD_FOR_MILLIS).contains(&(now - at)));
        if fresh {
            return Err(LoginError::Mismatched("the id_token's key is not the Org's"));
        }
        let keys: JwkSet = self.fetch(self.discover().await?.jwks_uri).await?;
        let key = keys.find(kid).map(decoding_key);
        *slot = Some((now, keys));
        key.unwrap_or(Err(LoginError::Mismatched("the id_token's key is not the Org's")))
    }
}

fn decoding_key(key: &jsonwebtoken::jwk::Jwk) -> Result<DecodingKey, LoginError> {
    let unusable = |_| LoginError::Org(OrgError::fix("KEYS", "the Org's signing key cannot be used"));
    DecodingKey::from_jwk(key).map_err(unusable)
}
