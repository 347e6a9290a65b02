//! An agent takes a request back: every link of it is closed at once.

use axum::Json;
use axum::extract::State;
use secure_files::{Activity, FileRequestState, Operation, Timestamp};

use super::request_of_case;
use super::views::FileRequestView;
use crate::api::credentials::Agent;
use crate::api::{Path, Problem};
use crate::app::App;
use crate::audit::Event;
use crate::jobs::JobKind;
use crate::store::{StoreError, file_requests};

#[utoipa::path(post, path = "/api/v1/cases/{case_id}/file-requests/{id}/revoke", tag = "agent",
    params(("case_id" = String, Path), ("id" = String, Path)), security(("agent_token" = [])),
    responses((status = 200, body = FileRequestView)))]
pub async fn revoke_file_request(
    State(app): State<App>,
    agent: Agent,
    Path((case_id, id)): Path<(String, String)>,
) -> Result<Json<FileRequestView>, Problem> {
    let case = agent.may(Operation::RevokeRequest, &case_id)?;
    let mut tx = app.store.transaction("revoke_file_request").await?;
    let request = request_of_case(&mut tx, &agent.org, &case, &id).await?;
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    if state == FileRequestState::Revoked {
        drop(tx);
    } else {
        // One whose time is over has expired, also when nobody has written that down yet.
        let is_over = agent.now >= Timestamp::from_millis(request.expires_at);
        let revoked = if is_over { state.expire()?.revoke()? } else { state.revoke()? };
        if file_requests::close(&mut tx, &request.org_id, &request.id, revoked.as_str(), agent.now.as_millis()).await? {
            app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, agent.now).await?;
            let event = Event::of_request(Activity::FileRequestRevoked, &request)
                .by_agent(agent.token.user.as_str())
                .from(&agent.origin);
            app.audit.append(&mut tx, event, agent.now).await?;
        }
        tx.commit().await?;
        app.job_bell.notify_one();
    }
    let mut reader = app.store.read().await?;
    let request = request_of_case(&mut reader, &agent.org, &case, &id).await?;
    Ok(Json(FileRequestView::read(&mut reader, request).await?))
}
