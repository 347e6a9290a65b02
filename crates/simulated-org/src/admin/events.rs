//! `/__sim/events`: what was published, what goes wrong with the next ones, and when they are forgotten.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ok;
use crate::org::Org;
use crate::streaming::event_faults::EventFault;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    through: u64,
}

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let kept = org.streaming.kept(org.clock.now());
    let kept = kept.iter().map(|kept| json!({ "at": kept.at, "replay_id": kept.replay_id, "event": kept.event }));
    ok(kept.collect::<Vec<Value>>())
}

pub async fn add_fault(State(org): State<Arc<Org>>, Json(fault): Json<EventFault>) -> Response {
    org.streaming.state().faults.add(fault);
    ok(json!({}))
}

pub async fn list_faults(State(org): State<Arc<Org>>) -> Response {
    let state = org.streaming.state();
    let rules = state.faults.list().iter().map(|(fault, hits)| json!({ "fault": fault, "hits": hits }));
    ok(rules.collect::<Vec<Value>>())
}

/// Late events come now.
pub async fn release(State(org): State<Arc<Org>>) -> Response {
    ok(json!({ "released": org.release_events() }))
}

/// Forgets events up to a replay id, so that it can no longer be replayed from.
pub async fn expire(State(org): State<Arc<Org>>, Json(Through { through }): Json<Through>) -> Response {
    ok(json!({ "expired": org.streaming.expire(through) }))
}
