//! `POST /__sim/agent-tokens {user, case, overrides}`: a token as the page would get one, or a broken one.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{Desk, cannot, ok};
use crate::agent_token::TokenOverrides;
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

pub async fn mint(State(desk): State<Desk>, Json(wanted): Json<Wanted>) -> Response {
    match start::mint(&desk.org, &desk.seeded, &wanted.user, wanted.case.as_deref(), &wanted.overrides) {
        Ok(token) => ok(json!({ "token": token })),
        Err(error) => cannot(error.to_string()),
    }
}
