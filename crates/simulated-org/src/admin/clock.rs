//! `POST /__sim/clock {advance_ms}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::ok;
use crate::cell::show_moment;
use crate::org::Org;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    advance_ms: i64,
}

pub async fn advance(State(org): State<Arc<Org>>, Json(Advance { advance_ms }): Json<Advance>) -> Response {
    org.clock.advance(advance_ms);
    ok(json!({ "now": show_moment(org.clock.now()) }))
}
