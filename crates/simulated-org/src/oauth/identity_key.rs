//! The Org's own key: signs id_tokens and is published at `/id/keys`.
//!
//! Made when it is first needed, because most Orgs of a test never sign an id_token.
//!
//! Format: OpenID Connect Core 2, RFC 7517.

use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

/// The default of a real Org; an admin may choose up to 720.
const LIFETIME_MINUTES: i64 = 2;
const KEY_ID: &str = "248";

#[derive(Default)]
pub struct IdentityKey {
    made: OnceLock<EncodingKey>,
}

/// What an id_token of ours says; standard claims are left out, as *Include Standard Claims* is off.
pub struct IdToken<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub audience: &'a str,
    pub nonce: Option<&'a str>,
    pub access_token_hash: String,
}

impl IdentityKey {
    pub fn sign(&self, token: &IdToken, now_ms: i64) -> Result<String> {
        let issued_at = now_ms.div_euclid(1_000);
        let mut claims = json!({
            "iss": token.issuer,
            "sub": token.subject,
            "aud": token.audience,
            "iat": issued_at,
            "exp": issued_at + LIFETIME_MINUTES * 60,
            "at_hash": token.access_token_hash,
        });
        if let Some(nonce) = token.nonce {
            claims["nonce"] = json!(nonce);
        }
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, self.key()?).context("signing an id_token")
    }

    /// `GET /id/keys`.
    pub fn published(&self) -> Result<Value> {
        let mut key = Jwk::from_encoding_key(self.key()?, Algorithm::RS256).context("the public half of the key")?;
        key.common.key_id = Some(KEY_ID.to_owned());
        let mut key = serde_json::to_value(key)?;
        key["use"] = json!("sig");
        Ok(json!({ "keys": [key] }))
    }

    fn key(&self) -> Result<&EncodingKey> {
        if let Some(key) = self.made.get() {
            return Ok(key);
        }
        let new = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).context("generating an RSA key")?;
        let new = EncodingKey::from_rsa_pem(new.serialize_pem().as_bytes()).context("reading our own key")?;
        // Of two that come at once, the first counts for both.
        Ok(self.made.get_or_init(|| new))
    }
}
