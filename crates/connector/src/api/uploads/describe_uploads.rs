//! `OPTIONS`: what this server speaks.

use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;

use super::tus;
use crate::app::App;

#[utoipa::path(options, path = "/api/v1/customer/uploads", tag = "uploads", responses((status = 204)))]
pub async fn describe_uploads(State(app): State<App>) -> impl IntoResponse {
    let limit = app.config.policy.max_file_bytes.map(|limit| [("tus-max-size", limit.to_string())]);
    let headers = [
        ("tus-resumable", tus::VERSION),
        ("tus-version", tus::VERSION),
        ("tus-extension", tus::EXTENSIONS),
        ("tus-checksum-algorithm", "sha256"),
    ];
    match limit {
        Some(limit) => (StatusCode::NO_CONTENT, headers, limit).into_response(),
        None => (StatusCode::NO_CONTENT, headers).into_response(),
    }
}
