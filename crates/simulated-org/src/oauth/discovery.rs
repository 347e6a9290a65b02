//! `/.well-known/openid-configuration` and `/id/keys`.
//!
//! Like the real login host's document it names neither PKCE methods nor grant types.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::origin::Origin;
use super::scope::wording;
use crate::org::Org;
use crate::rest::http::json_response;

pub async fn show(origin: Origin) -> Response {
    let base = &origin.url;
    let oauth = |name: &str| format!("{base}/services/oauth2/{name}");
    let body = json!({
        "issuer": base,
        "authorization_endpoint": oauth("authorize"),
        "token_endpoint": oauth("token"),
        "revocation_endpoint": oauth("revoke"),
        "userinfo_endpoint": oauth("userinfo"),
        "introspection_endpoint": oauth("introspect"),
        "registration_endpoint": oauth("register"),
        "jwks_uri": format!("{base}/id/keys"),
        "scopes_supported": wording::names().collect::<Vec<_>>(),
        "response_types_supported": ["code", "token", "token id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "display_values_supported": ["page", "popup", "touch"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
    });
    json_response(StatusCode::OK, &body)
}

pub async fn keys(State(org): State<Arc<Org>>) -> Response {
    match org.identity_key.published() {
        Ok(keys) => json_response(StatusCode::OK, &keys),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
