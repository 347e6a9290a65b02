//! `GET /__sim/requests`: what was asked of the Org so far.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::ok;
use crate::org::Org;

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let requests = org.requests.all();
    let unknown = requests.iter().filter(|request| request.unknown_route).count();
    ok(json!({ "requests": requests, "unknown_routes": unknown }))
}
