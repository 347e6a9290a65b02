//! `/__sim/faults`: plant a rule, list what struck, remove them all.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::{cannot, ok};
use crate::faults::Fault;
use crate::org::Org;

pub async fn add(State(org): State<Arc<Org>>, Json(fault): Json<Fault>) -> Response {
    match org.faults.add(fault) {
        Ok(number) => ok(json!({ "number": number })),
        Err(error) => cannot(error.to_string()),
    }
}

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let unused = org.faults.unused().len();
    ok(json!({ "faults": org.faults.list(), "unused": unused }))
}

pub async fn clear(State(org): State<Arc<Org>>) -> Response {
    org.faults.clear();
    ok(json!({}))
}

pub async fn remove(State(org): State<Arc<Org>>, Path(number): Path<u64>) -> Response {
    if org.faults.remove(number) { ok(json!({})) } else { cannot(format!("There is no fault {number}.")) }
}
