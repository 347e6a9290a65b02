//! A customer says *I'm finished*: the request closes and the receipt goes out.

use axum::Json;
use axum::extract::State;
use secure_files::{Activity, Conflict, FileRequestState, Refusal};

use super::views::Receipt;
use crate::api::Problem;
use crate::api::credentials::Customer;
use crate::app::App;
use crate::audit::Event;
use crate::jobs::JobKind;
use crate::store::{StoreError, file_requests, secure_files as files, uploads};

#[utoipa::path(post, path = "/api/v1/customer/finish", tag = "customer", security(("customer_session" = [])),
    responses((status = 200, body = Receipt)))]
pub async fn finish(State(app): State<App>, customer: Customer) -> Result<Json<Receipt>, Problem> {
    let request = &customer.request;
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    if state != FileRequestState::Fulfilled {
        customer.must_be_open()?;
        let fulfilled = state.fulfil()?;
        let now = customer.now.as_millis();
        let mut tx = app.store.transaction("fulfil_file_request").await?;
        // Closed first and looked at then: an upload that begins now waits, and finds the request closed.
        if file_requests::close(&mut tx, &request.org_id, &request.id, fulfilled.as_str(), now).await? {
            let begun = uploads::list_of_request(&mut tx, &request.org_id, &request.id).await?;
            let is_unfinished = begun.iter().any(|upload| matches!(upload.state.as_str(), "receiving" | "frozen"));
            if is_unfinished || files::list_of_request(&mut tx, &request.org_id, &request.id).await?.is_empty() {
                return Err(Refusal::Conflict(Conflict::Unfinished).into());
            }
            app.enqueue_mail(&mut tx, request, "receipt", None, customer.now).await?;
            app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, customer.now).await?;
            let event = Event::of_request(Activity::FileRequestFulfilled, request).from(&customer.origin);
            app.audit.append(&mut tx, event, customer.now).await?;
            tx.commit().await?;
            app.job_bell.notify_one();
        }
    }
    let mut reader = app.store.read().await?;
    let request = file_requests::find(&mut reader, &request.org_id, &request.id).await?.ok_or(Refusal::NotFound)?;
    if request.state != FileRequestState::Fulfilled.as_str() {
        return Err(Refusal::LinkClosed.into());
    }
    let held = files::list_of_request(&mut reader, &request.org_id, &request.id).await?;
    Ok(Json(Receipt::of(&app, &request, &held)))
}
