//! `GET /__sim/deploys`: which packages came, from whom, and what became of them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::ok;
use crate::org::Org;

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let world = org.world();
    let deploys = world.deploys.iter().map(|deploy| {
        let failures = deploy.failures.iter().map(|failure| {
            json!({ "type": failure.kind, "name": failure.name, "file": failure.file, "problem": failure.problem })
        });
        json!({
            "id": deploy.id.to_string(),
            "user": deploy.user.to_string(),
            "at": deploy.at,
            "check_only": deploy.check_only,
            "zip_sha256": deploy.zip.sha256,
            "zip_bytes": deploy.zip.size,
            "components": deploy.components.iter().map(|(part, ..)| format!("{}:{}", part.kind, part.name)).collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
        })
    });
    ok(deploys.collect::<Vec<Value>>())
}
