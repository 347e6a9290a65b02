//! `POST /services/oauth2/token`. No grant ever answers `expires_in`: a client learns of expiry from a 401.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Denied, client_credentials, jwt_bearer};
use crate::org::Org;
use crate::randomness;
use crate::record_id::RecordId;
use crate::rest::http::json_response;

pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub async fn issue(State(org): State<Arc<Org>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::read(&body);
    let granted = match form.value("grant_type") {
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => {
            jwt_bearer::user(&org, &form).map(|user| success(&org, user, false))
        }
        Some("client_credentials") => {
            client_credentials::user(&org, &headers, &form).map(|user| success(&org, user, true))
        }
        _ => Err(Denied::new("unsupported_grant_type", "grant type not supported")),
    };
    match granted {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(denied) => denied.response(),
    }
}

fn success(org: &Org, user: RecordId, with_signature: bool) -> Value {
    let now = org.clock.now();
    let token = org.world().sessions.open(org.id, user, now);
    let mut body = json!({
        "access_token": token,
        "scope": "api",
        "instance_url": org.url,
        "id": format!("{}/id/{}/{user}", org.url, org.id),
        "token_type": "Bearer",
    });
    if with_signature {
        body["signature"] = json!(randomness::text(32));
        body["issued_at"] = json!(now.to_string());
    }
    body
}
