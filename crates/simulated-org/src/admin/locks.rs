//! `POST /__sim/locks {record, attempts}`: that row answers `UNABLE_TO_LOCK_ROW` so many times.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;
use crate::record_id::RecordId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    record: String,
    attempts: u32,
}

pub async fn hold(State(org): State<Arc<Org>>, Json(hold): Json<Hold>) -> Response {
    let Some(record) = RecordId::parse(&hold.record) else { return cannot("This is no record id.") };
    let mut world = org.world();
    if hold.attempts == 0 {
        world.held_rows.remove(&record);
    } else {
        world.held_rows.insert(record, hold.attempts);
    }
    ok(json!({ "held": hold.attempts }))
}
