//! The authorization code grant: the code of a consent, with the PKCE verifier that only the asker knows.
//!
//! Format: RFC 6749 section 4.1.3, RFC 7636 (S256 only).

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::answer::Grant;
use super::form::Form;
use super::origin::Origin;
use super::{Denied, approval, client, scope};
use crate::lies::{self, Lie};
use crate::org::Org;

pub fn grant(org: &Org, origin: &Origin, headers: &HeaderMap, form: &Form) -> Result<Grant, Denied> {
    let app = client::authenticate(org, headers, form)?;
    let code = form.required("code")?;
    let redirect_uri =
        form.value("redirect_uri").ok_or_else(|| Denied::new("invalid_request", "redirect_uri not provided"))?;
    let now = org.clock.now();
    let mut world = org.world();
    let code = world.authorizations.redeem_code(code, now)?;
    if code.consumer_key != app.consumer_key {
        return Err(Denied::grant("invalid authorization code"));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Denied::new("redirect_uri_mismatch", "redirect_uri must match configuration"));
    }
    verify(code.challenge.as_deref(), form.value("code_verifier"))?;
    approval::admit(org, &mut world, &app, code.user, origin.peer)?;
    let (family, refresh_token) = if scope::keeps_refreshing(&code.scopes) {
        let (family, token) =
            world.authorizations.refresh_tokens.issue(&app.consumer_key, code.user, &code.scopes, now);
        (Some(family), Some(token))
    } else {
        (None, None)
    };
    let plain = Grant::plain(app, code.user, code.scopes);
    Ok(Grant { signed: true, identified: true, nonce: code.nonce, family, refresh_token, ..plain })
}

/// A verifier without a challenge is refused too: somebody stripped the challenge on its way (RFC 9700, 2.1.1).
fn verify(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Denied> {
    let answers = |challenge: &str, verifier: &str| {
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge || lies::is_told(Lie::AnyVerifier)
    };
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if answers(challenge, verifier) => Ok(()),
        (Some(_), None) => Err(Denied::grant("missing required code verifier")),
        _ => Err(Denied::grant("invalid code verifier")),
    }
}
