//! `GET /__sim/requests`: what was asked of the Org so far.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Desk, ok};

pub async fn list(State(desk): State<Desk>) -> Response {
    let requests = desk.org.requests.all();
    let unknown = requests.iter().filter(|request| request.unknown_route).count();
    ok(json!({ "requests": requests, "unknown_routes": unknown }))
}
