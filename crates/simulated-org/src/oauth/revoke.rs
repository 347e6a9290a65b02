//! `/services/oauth2/revoke`: ends an access token, or a refresh token with all access tokens that came with it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::Denied;
use super::form::Form;
use super::refresh_tokens::Found;
use crate::org::Org;

pub async fn by_form(State(org): State<Arc<Org>>, headers: HeaderMap, body: Bytes) -> Response {
    respond(&org, &Form::posted(&headers, &body))
}

pub async fn by_query(State(org): State<Arc<Org>>, RawQuery(query): RawQuery) -> Response {
    respond(&org, &Form::read(query.unwrap_or_default().as_bytes()))
}

fn respond(org: &Org, form: &Form) -> Response {
    match revoke(org, form) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(denied) => denied.response(),
    }
}

fn revoke(org: &Org, form: &Form) -> Result<(), Denied> {
    form.only(&["token", "token_type_hint", "client_id", "client_secret"])?;
    if !matches!(form.value("token_type_hint"), None | Some("access_token" | "refresh_token")) {
        return Err(Denied::new("unsupported_token_type", "this token type is not supported"));
    }
    let token = form.required("token")?;
    let mut world = org.world();
    if world.sessions.find(token, org.clock.now()).is_some() {
        world.sessions.revoke(token);
        return Ok(());
    }
    match world.authorizations.refresh_tokens.find(token) {
        Found::Current(family) => {
            world.authorizations.refresh_tokens.end(family.number);
            world.sessions.expire_family(family.number);
            Ok(())
        }
        Found::Replaced(_) | Found::Dead => Err(Denied::new("invalid_token", "invalid token")),
    }
}
