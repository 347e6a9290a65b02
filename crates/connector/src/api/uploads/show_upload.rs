//! `HEAD`: where an upload stands, so that it can be continued from anywhere.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use secure_files::Refusal;

use super::{tus, upload_of};
use crate::api::credentials::Customer;
use crate::api::{Path, Problem};
use crate::app::App;

#[utoipa::path(head, path = "/api/v1/customer/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    security(("customer_session" = [])), responses((status = 200)))]
pub async fn show_upload(
    State(app): State<App>,
    customer: Customer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    tus::require_version(&headers)?;
    let upload = upload_of(&app, &customer, &id).await?;
    if matches!(upload.state.as_str(), "cancelled" | "expired") {
        return Err(Refusal::NotFound.into());
    }
    let upload = app.staging.vouch_for(upload).await?;
    Ok(tus::answer(StatusCode::OK, &upload))
}
