//! `POST /__sim/agent-tokens {user, case, overrides}`: a token as the page would get one, or a broken one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::agent_token::TokenOverrides;
use crate::org::Org;
use crate::start;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    user: String,
    #[serde(default)]
    case: Option<String>,
    #[serde(default)]
    overrides: TokenOverrides,
}

pub async fn mint(State(org): State<Arc<Org>>, Json(wanted): Json<Wanted>) -> Response {
    match start::mint(&org, &wanted.user, wanted.case.as_deref(), &wanted.overrides) {
        Ok(token) => ok(json!({ "token": token })),
        Err(error) => cannot(error.to_string()),
    }
}
