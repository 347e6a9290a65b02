//! `POST /__sim/allowance {used?, max?}`: header, `limits` and the 403 then agree.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::ok;
use crate::org::Org;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    #[serde(default)]
    used: Option<u64>,
    #[serde(default)]
    max: Option<u64>,
}

pub async fn set(State(org): State<Arc<Org>>, Json(allowance): Json<Allowance>) -> Response {
    let mut world = org.world();
    let usage = &mut world.api_usage;
    usage.used = allowance.used.unwrap_or(usage.used);
    usage.max = allowance.max.unwrap_or(usage.max);
    ok(json!({ "used": usage.used, "max": usage.max }))
}
