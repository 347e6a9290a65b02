//! `POST /__sim/client-certificates`: registers a certificate with the Org's External Client App.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;

/// The body is the PEM itself, or `{"certificate_pem": "…"}`.
pub async fn register(State(org): State<Arc<Org>>, body: String) -> Response {
    let member = serde_json::from_str::<serde_json::Value>(&body).ok();
    let pem = member.as_ref().and_then(|body| body["certificate_pem"].as_str()).unwrap_or(&body);
    match org.consumers.register(pem) {
        Ok(()) => ok(json!({ "registered": org.consumers.certificates().len() })),
        Err(_) => cannot("This is no PEM certificate with an RSA key."),
    }
}
