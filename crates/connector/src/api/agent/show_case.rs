//! Everything about one Case in one answer: what the panel polls.

use axum::Json;
use axum::extract::State;
use secure_files::{Operation, Refusal, SecureFileId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{FileRequestView, SecureFileView};
use crate::api::credentials::Agent;
use crate::api::{Path, Problem, Query, rfc3339};
use crate::app::App;
use crate::store::{file_requests, secure_files as files};

const MOST_REQUESTS: i64 = 100;
const FILES_A_PAGE: i64 = 50;

#[derive(Deserialize, IntoParams)]
pub struct Page {
    /// `next_files_cursor` of the page before.
    files_after: Option<String>,
}

/// A Case's requests and files, newest first.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    pub case_id: String,
    pub server_time: String,
    pub requests: Vec<FileRequestView>,
    pub files: Vec<SecureFileView>,
    pub next_files_cursor: Option<String>,
    /// Something is running: look again soon.
    pub busy: bool,
}

#[utoipa::path(get, path = "/api/v1/cases/{case_id}", tag = "agent", params(("case_id" = String, Path), Page),
    security(("agent_token" = [])), responses((status = 200, body = CaseView)))]
pub async fn show_case(
    State(app): State<App>,
    agent: Agent,
    Path(case_id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<CaseView>, Problem> {
    let case = agent.may(Operation::ListCase, &case_id)?;
    let org = agent.org.id().as_str();
    let before = page.files_after.as_deref().map(read_cursor).transpose()?;
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let mut reader = app.store.read().await?;
    let rows = files::list_of_case(&mut reader, org, case.as_str(), before, FILES_A_PAGE + 1).await?;
    let mut requests = Vec::new();
    if page.files_after.is_none() {
        for request in file_requests::list_of_case(&mut reader, org, case.as_str(), MOST_REQUESTS).await? {
            requests.push(FileRequestView::read(&mut reader, request).await?);
        }
    }
    let page_len = usize::try_from(FILES_A_PAGE).unwrap_or(usize::MAX);
    let next_files_cursor =
        rows.get(page_len).and_then(|_| rows.get(page_len - 1)).map(|last| format!("{}.{}", last.received_at, last.id));
    let files: Vec<_> = rows.iter().take(page_len).map(SecureFileView::of).collect();
    let busy = requests
        .iter()
        .any(|request| !request.uploads.is_empty() || (request.state == "open" && request.progress == "sending"))
        || files.iter().any(|file| !file.attached && file.state == "held");
    Ok(Json(CaseView {
        case_id: case.as_str().to_owned(),
        server_time: rfc3339(agent.now),
        requests,
        files,
        next_files_cursor,
        busy,
    }))
}

fn read_cursor(cursor: &str) -> Result<(i64, String), Refusal> {
    let refused = Refusal::InvalidRequest { field: "files_after", reason: "it is not a cursor of this list" };
    let (at, id) = cursor.split_once('.').ok_or_else(|| refused.clone())?;
    id.parse::<SecureFileId>().map_err(|_| refused.clone())?;
    Ok((at.parse().map_err(|_| refused)?, id.to_owned()))
}
