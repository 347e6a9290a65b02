//! An agent takes a link along, for a chat or a phone call: a secret of its own, shown once.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use secure_files::{Activity, FileRequestState, LinkId, Operation, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::request_of_case;
use crate::api::credentials::Agent;
use crate::api::{Path, Problem};
use crate::app::App;
use crate::audit::Event;
use crate::secrets::SecretKind;
use crate::store::StoreError;
use crate::store::links::{self, LinkRow};

#[derive(Serialize, ToSchema)]
pub struct CopiedLink {
    pub url: String,
}

#[utoipa::path(post, path = "/api/v1/cases/{case_id}/file-requests/{id}/links", tag = "agent",
    params(("case_id" = String, Path), ("id" = String, Path)), security(("agent_token" = [])),
    responses((status = 201, body = CopiedLink)))]
pub async fn copy_link(
    State(app): State<App>,
    agent: Agent,
    Path((case_id, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<CopiedLink>), Problem> {
    let case = agent.may(Operation::CopyLink, &case_id)?;
    let mut tx = app.store.transaction("copy_link").await?;
    let request = request_of_case(&mut tx, &agent.org, &case, &id).await?;
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    state.accepts_files(Timestamp::from_millis(request.expires_at), agent.now)?;
    let secret = app.secrets.draw();
    let link = LinkRow {
        org_id: request.org_id.clone(),
        id: LinkId::from_random(app.randomness.bytes()).to_string(),
        request_id: request.id.clone(),
        purpose: "copy".to_owned(),
        secret_hash: app.secrets.hash(SecretKind::Link, &secret),
        hash_key_id: app.secrets.key_id(),
        secret_sealed: None,
        created_at: agent.now.as_millis(),
    };
    links::insert(&mut tx, &link).await?;
    let event =
        Event::of_request(Activity::LinkCopied, &request).by_agent(agent.token.user.as_str()).from(&agent.origin);
    app.audit.append(&mut tx, event, agent.now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(CopiedLink { url: app.link_url(&request.id, &secret) })))
}
