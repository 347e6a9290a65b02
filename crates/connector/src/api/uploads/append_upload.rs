//! `PATCH`: more bytes of an upload, from where it stands. A new request takes over one whose connection died.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::{receive, tus, upload_of};
use crate::api::credentials::Customer;
use crate::api::{Path, Problem};
use crate::app::App;

#[utoipa::path(patch, path = "/api/v1/customer/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    security(("customer_session" = [])), responses((status = 204)))]
pub async fn append_upload(
    State(app): State<App>,
    customer: Customer,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    tus::require_version(&headers)?;
    if !tus::carries_bytes(&headers) {
        return Err(Problem::UploadContentType);
    }
    let offset = tus::number(&headers, "upload-offset")?;
    let checksum = tus::checksum(&headers)?;
    customer.must_be_open()?;
    let upload = upload_of(&app, &customer, &id).await?;
    let turn = app.staging.take_turn(&upload.org_id, &upload.id, offset, customer.now).await?;
    let received = receive::run(&app, turn, body, checksum, Some(customer.session.token_hash)).await?;
    Ok(tus::answer(StatusCode::NO_CONTENT, &received.turn.upload))
}
