//! `GET /__sim/ca.pem`: whom a client of the https port must trust.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::org::Org;

pub async fn show(State(org): State<Arc<Org>>) -> Response {
    match &org.https {
        Some(https) => {
            ([(header::CONTENT_TYPE, "application/x-pem-file")], https.ca_certificate_pem.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
