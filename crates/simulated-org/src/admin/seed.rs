//! `GET /__sim/seed`: who and what was planted, and what a connector needs to be configured.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::apps;
use super::ok;
use crate::org::Org;
use crate::seed::apps::{CLIENT_ID, CLIENT_SECRET};
use crate::seed::people::{self, PASSWORD};

pub async fn show(State(org): State<Arc<Org>>) -> Response {
    let integration = &org.seeded()["users"]["integration"]["username"];
    let mut body = json!({
        "org_id": org.id.to_string(),
        "url": org.url,
        "connector_url": org.options.connector_url,
        "namespace": org.schema.namespace,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "integration_username": integration.as_str().unwrap_or(people::INTEGRATION_USERNAME),
        "agent_certificate_pem": org.signer.certificate_pem,
    });
    body["password"] = json!(PASSWORD);
    body["apps"] = apps::show(&org);
    if let Some(https) = &org.https {
        body["https_url"] = json!(https.url);
    }
    for (kind, members) in org.seeded() {
        body[kind] = json!(members);
    }
    ok(body)
}
