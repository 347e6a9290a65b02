//! An agent opens a file: a fresh token, an access check at most a minute old, and a ticket to be used within a minute.

use std::time::Duration;

use axum::Json;
use axum::extract::{State, rejection::JsonRejection};
use http::StatusCode;
use secure_files::{Activity, Operation, Refusal, ScanVerdict, SecureFileId, SecureFileState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::credentials::Agent;
use crate::api::{Path, Problem, rfc3339};
use crate::app::App;
use crate::audit::Event;
use crate::secrets::SecretKind;
use crate::store::StoreError;
use crate::store::secure_files as files;
use crate::store::tickets::{self, TicketRow};

/// The first use must come within this time.
const FIRST_USE_WITHIN: Duration = Duration::from_mins(1);

/// Most characters of a reason.
const LONGEST_REASON: usize = 500;

/// What opening may need.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTicket {
    /// Why a file is opened that could not be fully checked; at most 500 characters.
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TicketView {
    pub url: String,
    /// The first use must come before.
    pub expires_at: String,
}

#[utoipa::path(post, path = "/api/v1/cases/{case_id}/secure-files/{id}/tickets", tag = "agent",
    params(("case_id" = String, Path), ("id" = String, Path)), request_body = Option<NewTicket>,
    security(("agent_token" = [])), responses((status = 201, body = TicketView)))]
pub async fn create_ticket(
    State(app): State<App>,
    agent: Agent,
    Path((case_id, id)): Path<(String, String)>,
    body: Result<Option<Json<NewTicket>>, JsonRejection>,
) -> Result<(StatusCode, Json<TicketView>), Problem> {
    let body = body.map_err(|_| Problem::field("body", "it is not the JSON of a ticket"))?;
    let reason = body.and_then(|Json(new)| new.reason);
    if reason.as_deref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
        return Err(Problem::field("reason", "it is too long"));
    }
    let case = agent.may(Operation::OpenFile, &case_id)?;
    id.parse::<SecureFileId>().map_err(|_| Refusal::NotFound)?;
    let org = agent.org.id().as_str();
    let mut reader = app.store.read().await?;
    let file = files::find(&mut reader, org, &id)
        .await?
        .filter(|file| file.case_id == case.as_str())
        .ok_or(Refusal::NotFound)?;
    drop(reader);
    let state: SecureFileState = file.state.parse().map_err(|()| StoreError::Unreadable("secure_files.state"))?;
    let scan = file.scan_outcome()?.verdict;
    state.may_open(scan, reason.as_deref())?;
    let by = |activity| Event::of_file(activity, &file).by_agent(agent.token.user.as_str()).from(&agent.origin);
    if !agent.org.may_read(&agent.token.user, &case, agent.now).await? {
        let mut tx = app.store.transaction("refuse_ticket").await?;
        app.audit.append(&mut tx, by(Activity::OpenRefused).detail("no_case_access"), agent.now).await?;
        tx.commit().await?;
        return Err(Refusal::NotFound.into());
    }
    let ticket = app.secrets.draw();
    let expires_at = agent.now.plus(FIRST_USE_WITHIN);
    let row = TicketRow {
        token_hash: app.secrets.hash(SecretKind::Ticket, &ticket),
        org_id: org.to_owned(),
        file_id: file.id.clone(),
        case_id: file.case_id.clone(),
        user_id: agent.token.user.as_str().to_owned(),
        created_at: agent.now.as_millis(),
        first_used_at: None,
        expires_at: expires_at.as_millis(),
    };
    let mut tx = app.store.transaction("create_ticket").await?;
    tickets::insert(&mut tx, &row).await?;
    let mut issued = by(Activity::TicketIssued);
    if let (ScanVerdict::NotFullyScanned, Some(reason)) = (scan, &reason) {
        issued = issued.reason(reason.trim());
    }
    app.audit.append(&mut tx, issued, agent.now).await?;
    tx.commit().await?;
    let url = format!("{}/api/v1/downloads/{}", app.config.http.base_url, *ticket);
    Ok((StatusCode::CREATED, Json(TicketView { url, expires_at: rfc3339(expires_at) })))
}
