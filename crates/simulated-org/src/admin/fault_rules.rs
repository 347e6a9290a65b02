//! `/__sim/faults`: plant a rule, list what struck, remove them all.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Desk, cannot, ok};
use crate::faults::Fault;

pub async fn add(State(desk): State<Desk>, Json(fault): Json<Fault>) -> Response {
    match desk.org.faults.add(fault) {
        Ok(number) => ok(json!({ "number": number })),
        Err(error) => cannot(error.to_string()),
    }
}

pub async fn list(State(desk): State<Desk>) -> Response {
    let unused = desk.org.faults.unused().len();
    ok(json!({ "faults": desk.org.faults.list(), "unused": unused }))
}

pub async fn clear(State(desk): State<Desk>) -> Response {
    desk.org.faults.clear();
    ok(json!({}))
}
