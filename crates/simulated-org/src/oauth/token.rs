//! `POST /services/oauth2/token`: every grant's door.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::answer::{Grant, answer};
use super::form::Form;
use super::origin::Origin;
use super::{Denied, authorization_code, client, client_credentials, jwt_bearer, refresh_token, uncached};
use crate::org::Org;

/// Published clients send whichever of these they hold, with any grant.
const PARAMETERS: [&str; 12] = [
    "grant_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "code",
    "code_verifier",
    "refresh_token",
    "assertion",
    "scope",
    "format",
    "username",
    "password",
];

pub async fn issue(State(org): State<Arc<Org>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::posted(&headers, &body);
    match grant(&org, &origin, &headers, &form).map(|grant| answer(&org, &origin, grant)) {
        Ok(Ok(body)) => uncached(StatusCode::OK, &body),
        Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(denied) => denied.response(),
    }
}

fn grant(org: &Org, origin: &Origin, headers: &HeaderMap, form: &Form) -> Result<Grant, Denied> {
    form.only(&PARAMETERS)?;
    if form.value("format").is_some_and(|format| format != "json") {
        return Err(Denied::request("the simulated org answers format=json only"));
    }
    match form.value("grant_type") {
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => jwt_bearer::grant(org, origin, form),
        Some("client_credentials") => client_credentials::grant(org, origin, headers, form),
        Some("authorization_code") => authorization_code::grant(org, origin, headers, form),
        Some("refresh_token") => refresh_token::grant(org, origin, headers, form),
        // *Allow OAuth Username-Password Flows* is off, as in every new Org.
        Some("password") => {
            client::authenticate(org, headers, form)?;
            Err(Denied::grant("authentication failure"))
        }
        _ => Err(Denied::new("unsupported_grant_type", "grant type not supported")),
    }
}
