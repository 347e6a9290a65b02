//! The JWT bearer grant: an assertion signed by a key whose certificate the app knows.
//!
//! Format: RFC 7523; RS256 only. `exp` may be milliseconds or text, because published clients send both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::answer::Grant;
use super::app::App;
use super::form::Form;
use super::origin::Origin;
use super::{Denied, approval, scope, user};
use crate::org::Org;

/// The documented maximum is three minutes ahead; published clients go up to five and clocks differ.
const MAX_AHEAD_SECONDS: f64 = 300.0;
const SKEW_SECONDS: f64 = 60.0;
/// What `strict_jwt` holds a client to, without any skew.
const STRICT_AHEAD_SECONDS: f64 = 180.0;

pub fn public_key(certificate_pem: &str) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
    DecodingKey::from_rsa_pem(certificate_pem.as_bytes())
}

pub fn grant(org: &Org, origin: &Origin, form: &Form) -> Result<Grant, Denied> {
    if form.value("scope").is_some() {
        return Err(Denied::request("scope parameter not supported"));
    }
    let assertion = form.required("assertion")?;
    let app = org.apps.by_key(issuer(assertion)?.as_str())?;
    let claims = verified(&app, assertion)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !text("aud").is_some_and(|audience| is_ours(org, origin, audience)) {
        return Err(Denied::grant("Audience validation failed"));
    }
    check_expiry(org, claims.get("exp"))?;
    let username = text("sub").or_else(|| text("prn")).unwrap_or_default();
    let mut world = org.world();
    let subject = user::by_username(&world, username).map(|row| row.id);
    let subject = subject.ok_or_else(|| Denied::grant("user hasn't approved this consumer"))?;
    approval::admit(org, &mut world, &app, subject, origin.peer)?;
    let scopes = scope::without_refresh(&app);
    Ok(Grant::plain(app, subject, scopes))
}

/// Who claims to have written it: names the app whose certificates decide whether that is so.
fn issuer(assertion: &str) -> Result<String, Denied> {
    let claims = assertion.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = claims.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).ok_or_else(invalid)?;
    Ok(claims["iss"].as_str().unwrap_or_default().to_owned())
}

fn verified(app: &App, assertion: &str) -> Result<Value, Denied> {
    let header = decode_header(assertion).map_err(|_| invalid())?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid());
    }
    // Expiry and audience are checked by this Org's own rules.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    app.certificates
        .iter()
        .filter_map(|certificate| public_key(certificate).ok())
        .find_map(|key| decode::<Value>(assertion, &key, &validation).ok())
        .map(|token| token.claims)
        .ok_or_else(invalid)
}

fn is_ours(org: &Org, origin: &Origin, audience: &str) -> bool {
    let audience = audience.strip_suffix('/').unwrap_or(audience);
    let my_domain = format!("https://{}.my.salesforce.com", org.options.instance_prefix);
    let known = [&org.url, &origin.url, "https://login.salesforce.com", "https://test.salesforce.com", &my_domain];
    known.contains(&audience) || org.https.as_ref().is_some_and(|https| https.url == audience)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century are exact in a double")]
fn check_expiry(org: &Org, expires: Option<&Value>) -> Result<(), Denied> {
    let number = match expires {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(invalid)?;
    let seconds = if number > 1e12 { number / 1_000.0 } else { number };
    let ahead = seconds - org.clock.now() as f64 / 1_000.0;
    let in_time = if org.options.strict_jwt {
        ahead > 0.0 && ahead <= STRICT_AHEAD_SECONDS
    } else {
        (-SKEW_SECONDS..=MAX_AHEAD_SECONDS + SKEW_SECONDS).contains(&ahead)
    };
    if in_time { Ok(()) } else { Err(Denied::grant("expired authorization code")) }
}

fn invalid() -> Denied {
    Denied::grant("invalid assertion")
}
