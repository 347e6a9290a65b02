//! `/__sim/referee`: what is wrong so far; what must not be sent, how many calls are enough, what is provoked on purpose.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::ok;
use crate::org::Org;
use crate::referee::{Offence, verdict};

pub async fn show(State(org): State<Arc<Org>>) -> Response {
    ok(json!({ "findings": verdict(&org), "calls": org.referee.calls() }))
}

/// `{forbid?: {name: text}, budget?, expects?: [offence]}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct Instructions {
    forbid: std::collections::BTreeMap<String, String>,
    budget: Option<u64>,
    expects: Vec<Offence>,
}

pub async fn instruct(State(org): State<Arc<Org>>, Json(instructions): Json<Instructions>) -> Response {
    for (name, text) in &instructions.forbid {
        org.referee.forbid(name, text);
    }
    if let Some(budget) = instructions.budget {
        org.referee.budget(budget);
    }
    for offence in instructions.expects {
        org.referee.expects(offence);
    }
    ok(json!({}))
}
