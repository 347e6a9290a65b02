//! The JWT bearer grant: an assertion signed by a key whose certificate the app knows.
//!
//! Format: RFC 7523; RS256 only. `exp` may be milliseconds or text, because published clients send both.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::token::Form;
use super::{CLIENT_ID, Denied};
use crate::org::Org;
use crate::record_id::RecordId;

/// The documented maximum is three minutes ahead; a little skew is forgiven.
const MAX_AHEAD_SECONDS: f64 = 300.0;
const SKEW_SECONDS: f64 = 60.0;

pub fn public_key(certificate_pem: &str) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
    DecodingKey::from_rsa_pem(certificate_pem.as_bytes())
}

pub fn user(org: &Org, form: &Form) -> Result<RecordId, Denied> {
    let assertion = form.value("assertion").ok_or_else(|| Denied::new("invalid_request", "assertion is missing"))?;
    let claims = verified(org, assertion)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(CLIENT_ID) {
        return Err(Denied::new("invalid_client_id", "client identifier invalid"));
    }
    if !text("aud").is_some_and(|audience| is_ours(org, audience)) {
        return Err(Denied::grant("Audience validation failed"));
    }
    check_expiry(org, claims.get("exp"))?;
    let username = text("sub").or_else(|| text("prn")).unwrap_or_default();
    active_user(org, username).ok_or_else(|| Denied::grant("user hasn't approved this consumer"))
}

fn verified(org: &Org, assertion: &str) -> Result<Value, Denied> {
    let invalid = || Denied::grant("invalid assertion");
    let header = decode_header(assertion).map_err(|_| invalid())?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid());
    }
    // Expiry and audience are checked by this Org's own rules below.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    org.consumers
        .certificates()
        .iter()
        .filter_map(|certificate| public_key(certificate).ok())
        .find_map(|key| decode::<Value>(assertion, &key, &validation).ok())
        .map(|token| token.claims)
        .ok_or_else(invalid)
}

fn is_ours(org: &Org, audience: &str) -> bool {
    let audience = audience.strip_suffix('/').unwrap_or(audience);
    let my_domain = format!("https://{}.my.salesforce.com", org.options.instance_prefix);
    [org.url.as_str(), "https://login.salesforce.com", "https://test.salesforce.com", &my_domain].contains(&audience)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century are exact in a double")]
fn check_expiry(org: &Org, expires: Option<&Value>) -> Result<(), Denied> {
    let expired = || Denied::grant("expired authorization code");
    let number = match expires {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| Denied::grant("invalid assertion"))?;
    let seconds = if number > 1e12 { number / 1_000.0 } else { number };
    let now = org.clock.now() as f64 / 1_000.0;
    if seconds < now - SKEW_SECONDS || seconds > now + MAX_AHEAD_SECONDS + SKEW_SECONDS {
        return Err(expired());
    }
    Ok(())
}

pub fn active_user(org: &Org, username: &str) -> Option<RecordId> {
    let world = org.world();
    let found = world.rows.living("User").find(|row| {
        row.text("Username").is_some_and(|known| known.eq_ignore_ascii_case(username))
            && row.cell("IsActive") == &crate::cell::Cell::Flag(true)
    });
    found.map(|row| row.id)
}
