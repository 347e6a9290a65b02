//! The request's record in Salesforce says what the request is now: upserted by external id, so exactly one. A record
//! that a flow inserted gets that id with the first change.

use anyhow::Context as _;
use salesforce_client::{OrgError, RecordId};
use serde_json::Value;

use super::claim_requests::claimed_as;
use super::{JobKind, Outcome};
use crate::api::agent::views::LiveRequest;
use crate::app::App;
use crate::org::{Org, records};
use crate::store::file_requests::FileRequestRow;
use crate::store::jobs::JobRow;
use crate::store::{file_requests, lost_cases, secure_files as files};

pub async fn sync_request(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(request) = file_requests::find(&mut reader, &job.org_id, &job.subject_id).await? else {
        return Ok(Outcome::Done);
    };
    let live = LiveRequest::read(&mut reader, &request).await?;
    let is_lost = lost_cases::is_lost(&mut reader, &request.org_id, &request.case_id).await?;
    drop(reader);
    let org = app.orgs.recorded(&request.org_id).context("the Org is not configured any more")?;
    let sent_at = live.mail.as_ref().filter(|mail| mail.state == "sent").and_then(|mail| mail.settled_at);
    let mut fields = records::file_request(&request, live.progress, sent_at, live.files_received);
    if is_lost {
        fields[records::CASE] = Value::Null;
    }
    let record_id = write(org, &request, fields).await?;
    let now = app.clock.now();
    let mut tx = app.store.transaction("record_salesforce_request").await?;
    file_requests::set_salesforce_id(&mut tx, &request.org_id, &request.id, &record_id).await?;
    if request.salesforce_id.is_none() {
        // Files that arrived before their request's record was there wait for it.
        for file in files::list_of_request(&mut tx, &request.org_id, &request.id).await? {
            if file.salesforce_id.is_none() {
                app.enqueue(&mut tx, &file.org_id, JobKind::AttachFile, &file.id, now).await?;
            }
        }
    }
    app.enqueue(&mut tx, &request.org_id, JobKind::PublishEvent, &format!("request {}", request.id), now).await?;
    tx.commit().await?;
    app.job_bell.notify_one();
    Ok(Outcome::Done)
}

async fn write(org: &Org, request: &FileRequestRow, mut fields: Value) -> anyhow::Result<String> {
    let external_id = org.external_id(&request.id);
    let claimed = request.salesforce_id.as_deref().filter(|id| request.client_id.starts_with(&claimed_as(id)));
    if let Some(id) = claimed.and_then(|id| RecordId::parse(id).ok()) {
        let upsert_fields = fields.clone();
        fields[records::EXTERNAL_ID] = Value::from(external_id.as_str());
        return match org.connection.update(records::FILE_REQUEST, &id, &fields).await {
            Ok(()) => Ok(id.to_string()),
            // Somebody deleted the record; the request goes on, and so does its record.
            Err(OrgError::Gone { .. }) => upsert(org, &external_id, &upsert_fields).await,
            Err(error) => Err(error.into()),
        };
    }
    upsert(org, &external_id, &fields).await
}

async fn upsert(org: &Org, external_id: &str, fields: &Value) -> anyhow::Result<String> {
    let upserted = org.connection.upsert(records::FILE_REQUEST, records::EXTERNAL_ID, external_id, fields).await?;
    Ok(upserted.id.to_string())
}
