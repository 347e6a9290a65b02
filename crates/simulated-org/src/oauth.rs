//! Who may get a session, through which External Client App, and what a session says about its user.
//!
//! Errors here are objects `{error, error_description}` with status 400, unlike the REST API's arrays.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::rest::http::json_response;

pub mod answer;
pub mod app;
pub mod approval;
pub mod authorization_code;
pub mod authorizations;
pub mod authorize;
pub mod client;
pub mod client_credentials;
pub mod discovery;
pub mod form;
pub mod identity;
pub mod identity_key;
pub mod introspect;
pub mod jwt_bearer;
pub mod origin;
pub mod refresh_token;
pub mod refresh_tokens;
pub mod revoke;
pub mod scope;
pub mod token;
pub mod user;
pub mod userinfo;

/// An OAuth "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    pub error: &'static str,
    pub description: Cow<'static, str>,
}

impl Denied {
    pub fn new(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { error, description: description.into() }
    }

    pub fn grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub fn request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_request", description)
    }

    pub fn response(&self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        uncached(StatusCode::BAD_REQUEST, &body)
    }
}

/// Answers that hold tokens, or say why there are none, must not be kept by anybody on the way.
fn uncached(status: StatusCode, body: &Value) -> Response {
    let mut response = json_response(status, body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
