//! `GET /__sim/mails` and `/__sim/mails/{number}`: what customers received.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{Desk, ok};

pub async fn list(State(desk): State<Desk>) -> Response {
    ok(desk.org.mails.all())
}

pub async fn show(State(desk): State<Desk>, Path(number): Path<usize>) -> Response {
    match desk.org.mails.one(number) {
        Some(mail) => ok(mail),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
