//! The token endpoint's success: opens the session and says what this grant may say.
//!
//! No grant ever answers `expires_in`: a client learns of expiry from a 401, or asks `introspect`.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::app::App;
use super::identity_key::IdToken;
use super::origin::Origin;
use super::scope;
use crate::lies::{self, Lie};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::sessions::Session;

/// What a grant has decided.
pub struct Grant {
    pub app: App,
    pub user: RecordId,
    pub scopes: Vec<String>,
    /// Whether the answer has `signature` and `issued_at`.
    pub signed: bool,
    /// Whether it has an `id_token` when the scope asks for one.
    pub identified: bool,
    pub nonce: Option<String>,
    pub family: Option<u64>,
    /// A new one, when there is one.
    pub refresh_token: Option<String>,
}

impl Grant {
    /// The five members that every grant answers, and nothing else.
    pub fn plain(app: App, user: RecordId, scopes: Vec<String>) -> Self {
        Self { app, user, scopes, signed: false, identified: false, nonce: None, family: None, refresh_token: None }
    }
}

pub fn answer(org: &Org, origin: &Origin, grant: Grant) -> Result<Value> {
    let now = org.clock.now();
    let session = Session {
        user: grant.user,
        consumer_key: grant.app.consumer_key.clone(),
        scopes: grant.scopes.clone(),
        family: grant.family,
        opened_at: now,
        used_at: now,
    };
    let token = org.world().sessions.open(org.id, session);
    let identity = origin.identity(org, grant.user);
    let mut body = json!({
        "access_token": token,
        "scope": grant.scopes.join(" "),
        "instance_url": origin.url,
        "id": identity,
        "token_type": "Bearer",
    });
    if lies::is_told(Lie::ExpiresIn) {
        body["expires_in"] = json!(7_200);
    }
    if grant.signed {
        let issued_at = now.to_string();
        body["signature"] = json!(signature(&grant.app, &identity, &issued_at));
        body["issued_at"] = json!(issued_at);
    }
    if let Some(refresh_token) = &grant.refresh_token {
        body["refresh_token"] = json!(refresh_token);
    }
    if grant.identified && scope::identifies(&grant.scopes) {
        let id_token = IdToken {
            issuer: &origin.url,
            subject: &identity,
            audience: &grant.app.consumer_key,
            nonce: grant.nonce.as_deref(),
            access_token_hash: access_token_hash(&token),
        };
        body["id_token"] = json!(org.identity_key.sign(&id_token, now)?);
    }
    Ok(body)
}

/// HMAC-SHA256 over identity URL and `issued_at`, keyed with the consumer secret.
fn signature(app: &App, identity: &str, issued_at: &str) -> String {
    let secret = app.consumer_secret.as_deref().unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(identity.as_bytes());
    mac.update(issued_at.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The left half of the token's SHA-256 (OpenID Connect Core, 3.1.3.6).
fn access_token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16])
}
