//! Which app is calling, and whether it proves so: consumer key and secret, by form or HTTP Basic.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Denied;
use super::app::App;
use super::form::Form;
use crate::org::Org;

/// The app, after its secret was checked. An app without a secret is believed its key: PKCE guards its codes.
pub fn authenticate(org: &Org, headers: &HeaderMap, form: &Form) -> Result<App, Denied> {
    let (key, secret) = if let Some((key, secret)) = basic(headers) {
        (key, Some(secret))
    } else {
        let key = form.value("client_id").ok_or_else(invalid)?;
        (key.to_owned(), form.value("client_secret").map(str::to_owned))
    };
    let app = org.apps.by_key(&key)?;
    match (&app.consumer_secret, secret) {
        (Some(known), Some(sent)) if *known == sent => Ok(app),
        (None, None) => Ok(app),
        _ => Err(invalid()),
    }
}

/// The same for what an app without a secret may not ask.
pub fn confidential(org: &Org, headers: &HeaderMap, form: &Form) -> Result<App, Denied> {
    let app = authenticate(org, headers, form)?;
    if app.consumer_secret.is_some() { Ok(app) } else { Err(invalid()) }
}

fn invalid() -> Denied {
    Denied::new("invalid_client", "invalid client credentials")
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
