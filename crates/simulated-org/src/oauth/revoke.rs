//! `POST /services/oauth2/revoke`: ends one session.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::Denied;
use super::token::Form;
use crate::org::Org;

pub async fn revoke(State(org): State<Arc<Org>>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let known = form.value("token").is_some_and(|token| org.world().sessions.revoke(token));
    if known { StatusCode::OK.into_response() } else { Denied::new("invalid_token", "invalid token").response() }
}
