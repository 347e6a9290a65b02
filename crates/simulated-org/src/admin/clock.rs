//! `POST /__sim/clock {advance_ms}`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{Desk, ok};
use crate::cell::show_moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    advance_ms: i64,
}

pub async fn advance(State(desk): State<Desk>, Json(Advance { advance_ms }): Json<Advance>) -> Response {
    desk.org.clock.advance(advance_ms);
    ok(json!({ "now": show_moment(desk.org.clock.now()) }))
}
