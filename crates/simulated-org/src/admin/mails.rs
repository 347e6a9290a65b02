//! `GET /__sim/mails` and `/__sim/mails/{number}`: what customers received.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::ok;
use crate::org::Org;

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    ok(org.mails.all())
}

pub async fn show(State(org): State<Arc<Org>>, Path(number): Path<usize>) -> Response {
    match org.mails.one(number) {
        Some(mail) => ok(mail),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
