//! Who may get a session: the one External Client App of this Org, its certificates and its secret.
//!
//! Errors here are objects `{error, error_description}` with status 400, unlike the REST API's arrays.

use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::rest::http::json_response;

pub mod client_credentials;
pub mod jwt_bearer;
pub mod revoke;
pub mod token;
pub mod userinfo;

/// The app's consumer key: the same in every simulated Org, as nothing depends on it being secret.
pub const CLIENT_ID: &str = "3MVG9.SimulatedOrg.CasegateConnector.ConsumerKey0001";
pub const CLIENT_SECRET: &str = "5D1F8E3A6B7C49D0SIMULATED0ORG0CONSUMER0SECRET0001";

/// The app's changeable settings.
#[derive(Default)]
pub struct Consumers {
    certificates: Mutex<Vec<String>>,
}

/// An OAuth "no".
#[derive(Debug)]
pub struct Denied {
    pub error: &'static str,
    pub description: &'static str,
}

impl Denied {
    pub fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }

    pub fn grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub fn response(&self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        json_response(StatusCode::BAD_REQUEST, &body)
    }
}

impl Consumers {
    /// Registers a certificate for JWT bearer; says no when it holds no RSA key.
    pub fn register(&self, certificate_pem: &str) -> Result<(), jsonwebtoken::errors::Error> {
        jwt_bearer::public_key(certificate_pem)?;
        let mut certificates = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if !certificates.iter().any(|known| known == certificate_pem) {
            certificates.push(certificate_pem.to_owned());
        }
        Ok(())
    }

    pub fn certificates(&self) -> Vec<String> {
        self.certificates.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn forget_certificates(&self) {
        self.certificates.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
