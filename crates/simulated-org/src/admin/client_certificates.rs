//! Certificates of the External Client Apps: registered with `POST /__sim/client-certificates`, replaced with
//! `POST /__sim/apps/{app}/rotate-certificate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;
use crate::seed::apps::CASEGATE;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    certificate_pem: String,
    #[serde(default)]
    app: Option<String>,
}

/// The body is the PEM itself, for the connector's app, or `{"certificate_pem": "…", "app": "scripts"}`.
pub async fn register(State(org): State<Arc<Org>>, body: String) -> Response {
    let registration = if body.trim_start().starts_with('{') {
        match serde_json::from_str::<Registration>(&body) {
            Ok(registration) => registration,
            Err(error) => return cannot(error.to_string()),
        }
    } else {
        Registration { certificate_pem: body, app: None }
    };
    let nickname = registration.app.as_deref().unwrap_or(CASEGATE);
    let registered =
        org.apps.alter(nickname, |app| app.register(&registration.certificate_pem).map(|()| app.certificates.len()));
    match registered {
        Some(Ok(count)) => ok(json!({ "registered": count })),
        Some(Err(_)) => cannot("This is no PEM certificate with an RSA key."),
        None => cannot(format!("There is no app {nickname}.")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Without one, nobody can sign any more.
    #[serde(default)]
    certificate_pem: Option<String>,
}

/// Every certificate registered before stops working at once.
pub async fn rotate(
    State(org): State<Arc<Org>>,
    Path(nickname): Path<String>,
    Json(rotation): Json<Rotation>,
) -> Response {
    let rotated = org.apps.alter(&nickname, |app| {
        let before = std::mem::take(&mut app.certificates);
        let taken = rotation.certificate_pem.as_deref().map_or(Ok(()), |pem| app.register(pem));
        if taken.is_err() {
            app.certificates = before;
        }
        taken.map(|()| app.certificates.len())
    });
    match rotated {
        Some(Ok(count)) => ok(json!({ "registered": count })),
        Some(Err(_)) => cannot("This is no PEM certificate with an RSA key."),
        None => cannot(format!("There is no app {nickname}.")),
    }
}
