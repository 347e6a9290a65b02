//! The admin port: what a test or the demo may do to the Org that no client of a real Org can.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::rest::http::json_response;

pub mod agent_tokens;
pub mod allowance;
pub mod approvals;
pub mod apps;
pub mod cases;
pub mod certificate_authority;
pub mod client_certificates;
pub mod clock;
pub mod deploys;
pub mod events;
pub mod fault_rules;
pub mod locks;
pub mod mails;
pub mod many_records;
pub mod records;
pub mod referee;
pub mod requests;
pub mod sandboxes;
pub mod seed;
pub mod sessions;
pub mod users;

fn ok(body: impl serde::Serialize) -> Response {
    json_response(StatusCode::OK, &body)
}

/// A request this port cannot carry out, in one sentence.
fn cannot(sentence: impl Into<String>) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": sentence.into() }))).into_response()
}
