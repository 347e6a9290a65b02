//! `DELETE`: the customer takes an unfinished upload back; its staged bytes are unreadable from that moment.

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use secure_files::{Conflict, Refusal};

use super::{tus, upload_of};
use crate::api::credentials::Customer;
use crate::api::{Path, Problem};
use crate::app::App;
use crate::jobs::JobKind;

#[utoipa::path(delete, path = "/api/v1/customer/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    security(("customer_session" = [])), responses((status = 204)))]
pub async fn cancel_upload(
    State(app): State<App>,
    customer: Customer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    tus::require_version(&headers)?;
    let upload = upload_of(&app, &customer, &id).await?;
    match upload.state.as_str() {
        "cancelled" | "expired" => return Err(Refusal::NotFound.into()),
        "receiving" => {}
        _ => return Err(Refusal::Conflict(Conflict::WrongState { state: "complete" }).into()),
    }
    if !app.staging.cancel(&upload.org_id, &upload.id, customer.now).await? {
        return Err(Refusal::Conflict(Conflict::WrongState { state: "complete" }).into());
    }
    app.enqueue_alone(&upload.org_id, JobKind::SyncRequest, &upload.request_id, customer.now).await?;
    app.enqueue_alone(&upload.org_id, JobKind::Sweep, "objects", customer.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
