//! The client credentials grant: consumer key and secret, by form or HTTP Basic; runs as the integration user.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::jwt_bearer::active_user;
use super::token::Form;
use super::{CLIENT_ID, CLIENT_SECRET, Denied};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::seed::people::INTEGRATION_USERNAME;

pub fn user(org: &Org, headers: &HeaderMap, form: &Form) -> Result<RecordId, Denied> {
    let (id, secret) = basic(headers)
        .or_else(|| Some((form.value("client_id")?.to_owned(), form.value("client_secret")?.to_owned())))
        .ok_or_else(|| Denied::new("invalid_client", "invalid client credentials"))?;
    if id != CLIENT_ID {
        return Err(Denied::new("invalid_client_id", "client identifier invalid"));
    }
    if secret != CLIENT_SECRET {
        return Err(Denied::new("invalid_client", "invalid client credentials"));
    }
    active_user(org, INTEGRATION_USERNAME).ok_or_else(|| Denied::grant("no client credentials user enabled"))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
