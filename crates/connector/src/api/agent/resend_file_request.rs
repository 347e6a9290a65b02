//! An agent has the mail sent once more, with a new secret: after a failure, or when nobody knows whether it arrived.

use axum::Json;
use axum::extract::State;
use secure_files::{Activity, Conflict, FileRequestState, Operation, Refusal, Timestamp};

use super::request_of_case;
use super::views::FileRequestView;
use crate::api::credentials::Agent;
use crate::api::{Path, Problem};
use crate::app::App;
use crate::audit::Event;
use crate::jobs::JobKind;
use crate::store::{StoreError, mails};

#[utoipa::path(post, path = "/api/v1/cases/{case_id}/file-requests/{id}/resend", tag = "agent",
    params(("case_id" = String, Path), ("id" = String, Path)), security(("agent_token" = [])),
    responses((status = 200, body = FileRequestView)))]
pub async fn resend_file_request(
    State(app): State<App>,
    agent: Agent,
    Path((case_id, id)): Path<(String, String)>,
) -> Result<Json<FileRequestView>, Problem> {
    let case = agent.may(Operation::ResendMail, &case_id)?;
    let mut tx = app.store.transaction("resend_file_request").await?;
    let request = request_of_case(&mut tx, &agent.org, &case, &id).await?;
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    state.accepts_files(Timestamp::from_millis(request.expires_at), agent.now)?;
    let newest = mails::newest(&mut tx, &request.org_id, &request.id, "request").await?;
    if newest.is_some_and(|mail| matches!(mail.state.as_str(), "queued" | "sending")) {
        return Err(Refusal::Conflict(Conflict::WrongState { state: "sending" }).into());
    }
    app.enqueue_request_mail(&mut tx, &request, agent.now).await?;
    app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, agent.now).await?;
    let event = Event::of_request(Activity::RequestMailResent, &request)
        .by_agent(agent.token.user.as_str())
        .from(&agent.origin);
    app.audit.append(&mut tx, event, agent.now).await?;
    tx.commit().await?;
    app.job_bell.notify_one();
    let mut reader = app.store.read().await?;
    Ok(Json(FileRequestView::read(&mut reader, request).await?))
}
