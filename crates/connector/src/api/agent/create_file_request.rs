//! An agent asks a customer for files.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use http::StatusCode;
use secure_files::{Activity, CaseId, ContactId, FileRequestId, Operation, Policy, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::FileRequestView;
use crate::api::credentials::Agent;
use crate::api::{Path, Problem};
use crate::app::App;
use crate::audit::Event;
use crate::jobs::JobKind;
use crate::language::Language;
use crate::mail::may_mail;
use crate::store::file_requests::{self, FileRequestRow};

/// What the modal sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFileRequest {
    /// Chosen by the panel: repeating a creation whose answer was lost returns the first request.
    client_id: String,
    recipient_email: String,
    recipient_name: String,
    /// `en`, `de` or `fr`.
    language: String,
    message: String,
    needed: String,
    /// `YYYY-MM-DD`.
    due_on: Option<String>,
    case_number: String,
    contact_id: Option<String>,
    lifetime_hours: Option<u32>,
}

#[utoipa::path(post, path = "/api/v1/cases/{case_id}/file-requests", tag = "agent", params(("case_id" = String, Path)),
    request_body = NewFileRequest, security(("agent_token" = [])), responses((status = 201, body = FileRequestView)))]
pub async fn create_file_request(
    State(app): State<App>,
    agent: Agent,
    Path(case_id): Path<String>,
    body: Result<Json<NewFileRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<FileRequestView>), Problem> {
    let case = agent.may(Operation::RequestFiles, &case_id)?;
    let Json(new) = body.map_err(|_| Problem::field("body", "it is not the JSON of a file request"))?;
    let client_id = one_line("client_id", &new.client_id, 128)?;
    let mut reader = app.store.read().await?;
    let known =
        file_requests::find_by_client_id(&mut reader, agent.org.id().as_str(), case.as_str(), &client_id).await?;
    if let Some(known) = known {
        return Ok((StatusCode::CREATED, Json(FileRequestView::read(&mut reader, known).await?)));
    }
    drop(reader);
    let request = check(&app, &agent, &case, new).await?;

    let mut tx = app.store.transaction("create_file_request").await?;
    if file_requests::insert(&mut tx, &request).await? {
        app.enqueue_request_mail(&mut tx, &request, agent.now).await?;
        app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, agent.now).await?;
        let event = Event::of_request(Activity::FileRequestCreated, &request)
            .by_agent(agent.token.user.as_str())
            .from(&agent.origin);
        app.audit.append(&mut tx, event, agent.now).await?;
        tx.commit().await?;
        app.job_bell.notify_one();
    } else {
        // The same creation, twice at once: the other one was first.
        drop(tx);
    }
    let mut reader = app.store.read().await?;
    let stored = file_requests::find_by_client_id(&mut reader, &request.org_id, &request.case_id, &request.client_id)
        .await?
        .ok_or(Problem::Internal)?;
    Ok((StatusCode::CREATED, Json(FileRequestView::read(&mut reader, stored).await?)))
}

async fn check(app: &App, agent: &Agent, case: &CaseId, new: NewFileRequest) -> Result<FileRequestRow, Problem> {
    let language: Language = new.language.parse().map_err(|_| Problem::field("language", "it must be en, de or fr"))?;
    let address: lettre::Address =
        new.recipient_email.trim().parse().map_err(|_| Problem::field("recipient_email", "it is no e-mail address"))?;
    if !may_mail(&agent.org.config, &address) {
        return Err(Problem::field("recipient_email", "this sandbox does not send mail to that domain"));
    }
    let due_on = new.due_on.filter(|due| !due.is_empty());
    if let Some(due_on) = &due_on {
        due_on.parse::<jiff::civil::Date>().map_err(|_| Problem::field("due_on", "it must be a date, YYYY-MM-DD"))?;
    }
    let contact_id = new
        .contact_id
        .filter(|id| !id.is_empty())
        .map(|id| ContactId::parse(&id))
        .transpose()
        .map_err(|_| Problem::field("contact_id", "it is no contact id"))?;
    let policy = policy_of(app, language, new.lifetime_hours)?;
    let (case_number, agent_name) = ask_org(agent, case, &new.case_number).await;
    let lifetime = policy.link_lifetime();
    Ok(FileRequestRow {
        org_id: agent.org.id().as_str().to_owned(),
        id: FileRequestId::from_random(app.randomness.bytes()).to_string(),
        case_id: case.as_str().to_owned(),
        case_number: one_line("case_number", &case_number, 40)?,
        client_id: one_line("client_id", &new.client_id, 128)
            .and_then(|id| if id.is_empty() { Err(Problem::field("client_id", "it is empty")) } else { Ok(id) })?,
        created_by_user_id: agent.token.user.as_str().to_owned(),
        created_by_name: agent_name,
        recipient_name: one_line("recipient_name", &new.recipient_name, 120)?,
        recipient_email: address.to_string(),
        contact_id: contact_id.map(|id| id.as_str().to_owned()),
        language: language.tag().to_owned(),
        needed: one_line("needed", &new.needed, 255)?,
        message: text("message", &new.message, 4_000)?,
        due_on,
        policy: serde_json::to_string(&policy).map_err(|_| Problem::Internal)?,
        state: "open".to_owned(),
        created_at: agent.now.as_millis(),
        expires_at: agent.now.plus(lifetime).as_millis(),
        opened_at: None,
        closed_at: None,
        salesforce_id: None,
    })
}

fn policy_of(app: &App, language: Language, lifetime_hours: Option<u32>) -> Result<Policy, Problem> {
    let config = &app.config.policy;
    let link_lifetime_hours = lifetime_hours.unwrap_or(config.link_lifetime_hours);
    if !(1..=config.link_lifetime_hours).contains(&link_lifetime_hours) {
        return Err(Problem::field("lifetime_hours", "links may not live that long here"));
    }
    Ok(app.config.policy_of_request(language, link_lifetime_hours))
}

/// The Case's number and the agent's name, as Salesforce knows them. When it cannot be asked, the request goes out with
/// the number that the panel shows and without a name: the safe way must not be the slow way.
async fn ask_org(agent: &Agent, case: &CaseId, shown_number: &str) -> (String, String) {
    let (number, name) = agent.org.case_number_and_user_name(case, &agent.token.user).await;
    let name = name.unwrap_or_default();
    (
        number.unwrap_or_else(|| shown_number.to_owned()),
        name.chars().filter(|letter| !letter.is_control()).take(120).collect(),
    )
}

fn one_line(field: &'static str, value: &str, limit: usize) -> Result<String, Problem> {
    let value = value.trim();
    if value.chars().count() > limit || value.chars().any(char::is_control) {
        return Err(Refusal::InvalidRequest { field, reason: "it must be one line and not that long" }.into());
    }
    Ok(value.to_owned())
}

fn text(field: &'static str, value: &str, limit: usize) -> Result<String, Problem> {
    if value.chars().count() > limit
        || value.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    {
        return Err(Refusal::InvalidRequest { field, reason: "it is too long or holds control characters" }.into());
    }
    Ok(value.trim().to_owned())
}
