//! `POST /__sim/locks {record, attempts | ms}`: that row answers `UNABLE_TO_LOCK_ROW` so many times, or for so long by the
//! Org's clock; 0 lets go of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::world::Hold;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    record: String,
    #[serde(default)]
    attempts: Option<u32>,
    #[serde(default)]
    ms: Option<i64>,
}

pub async fn hold(State(org): State<Arc<Org>>, Json(lock): Json<Lock>) -> Response {
    let Some(record) = RecordId::parse(&lock.record) else { return cannot("This is no record id.") };
    let hold = match (lock.attempts, lock.ms) {
        (Some(attempts), None) => Some(Hold::Attempts(attempts)).filter(|_| attempts > 0),
        (None, Some(ms)) => Some(Hold::Until(org.clock.now() + ms)).filter(|_| ms > 0),
        _ => return cannot("A row is held for `attempts` or for `ms`."),
    };
    let mut world = org.world();
    match hold {
        Some(hold) => drop(world.held_rows.insert(record, hold)),
        None => drop(world.held_rows.remove(&record)),
    }
    ok(json!({ "held": hold.is_some() }))
}
