//! Requests that a flow or Apex inserted become ours, each exactly once: the row that claims one is unique by its record,
//! and whatever follows is enqueued in the same transaction.

use secure_files::{Activity, CaseId, FileRequestId, Timestamp};

use super::JobKind;
use crate::app::App;
use crate::audit::Event;
use crate::language::Language;
use crate::mail::may_mail;
use crate::org::{Org, RequestedFiles};
use crate::store::file_requests::{self, FileRequestRow};
use crate::store::mails::{self, MailRow};

pub async fn claim_requests(app: &App, org: &Org) -> anyhow::Result<()> {
    for wanted in org.requested_files().await? {
        match wanted.case.clone() {
            Some(case) => claim(app, org, &case, wanted).await?,
            None => org.decline_request(&wanted.record_id).await?,
        }
    }
    Ok(())
}

/// How a claimed request remembers its record, where one of the panel has the panel's id.
pub(super) fn claimed_as(record_id: &str) -> String {
    format!("record {record_id}")
}

async fn claim(app: &App, org: &Org, case: &CaseId, wanted: RequestedFiles) -> anyhow::Result<()> {
    let now = app.clock.now();
    let problem = address_problem(org, &wanted.recipient_email);
    let request = row(app, org, case, wanted, now)?;
    let mut tx = app.store.transaction("claim_file_request").await?;
    if !file_requests::insert(&mut tx, &request).await? {
        // Claimed before; its record will say so when its job is through.
        return Ok(());
    }
    let created = Event::of_request(Activity::FileRequestCreated, &request);
    app.audit.append(&mut tx, created.by_agent(&request.created_by_user_id).detail("claimed"), now).await?;
    match problem {
        None => app.enqueue_request_mail(&mut tx, &request, now).await?,
        Some(problem) => {
            let mail = MailRow {
                org_id: request.org_id.clone(),
                id: app.row_id(),
                request_id: request.id.clone(),
                kind: "request".to_owned(),
                link_id: None,
                state: "queued".to_owned(),
                failure: None,
                created_at: now.as_millis(),
                settled_at: None,
            };
            mails::insert(&mut tx, &mail).await?;
            let at = now.as_millis();
            mails::advance(&mut tx, &mail.org_id, &mail.id, "queued", "failed", Some(problem), at).await?;
            let failed = Event::of_request(Activity::RequestMailFailed, &request).by_connector();
            app.audit.append(&mut tx, failed.detail("address"), now).await?;
        }
    }
    app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
    tx.commit().await?;
    app.job_bell.notify_one();
    Ok(())
}

/// Why no mail can go there, for the agent.
fn address_problem(org: &Org, address: &str) -> Option<&'static str> {
    match address.parse::<lettre::Address>() {
        Err(_) => Some("nobody knows an e-mail address of the customer"),
        Ok(address) if !may_mail(&org.config, &address) => Some("this sandbox does not send mail to that domain"),
        Ok(_) => None,
    }
}

fn row(app: &App, org: &Org, case: &CaseId, wanted: RequestedFiles, now: Timestamp) -> anyhow::Result<FileRequestRow> {
    let language: Language = wanted.language.parse().unwrap_or(Language::English);
    let policy = app.config.policy_of_request(language, app.config.policy.link_lifetime_hours);
    Ok(FileRequestRow {
        org_id: org.id().as_str().to_owned(),
        id: FileRequestId::from_random(app.randomness.bytes()).to_string(),
        case_id: case.as_str().to_owned(),
        case_number: one_line(&wanted.case_number, 40),
        client_id: claimed_as(&wanted.record_id),
        created_by_user_id: wanted.user.map(|user| user.as_str().to_owned()).unwrap_or_default(),
        created_by_name: one_line(&wanted.user_name, 120),
        recipient_name: one_line(&wanted.recipient_name, 120),
        recipient_email: wanted.recipient_email,
        contact_id: wanted.contact_id,
        language: language.tag().to_owned(),
        needed: one_line(&wanted.needed, 255),
        message: wanted.message.chars().filter(|letter| !letter.is_control() || *letter == '\n').take(4_000).collect(),
        due_on: wanted.due_on,
        expires_at: now.plus(policy.link_lifetime()).as_millis(),
        policy: serde_json::to_string(&policy)?,
        state: "open".to_owned(),
        created_at: now.as_millis(),
        opened_at: None,
        closed_at: None,
        salesforce_id: Some(wanted.record_id),
    })
}

fn one_line(text: &str, limit: usize) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(limit).collect()
}
