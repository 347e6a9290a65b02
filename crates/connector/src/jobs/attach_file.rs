//! The file's record in Salesforce, under the right Case: upserted by external id, so exactly one however often it runs.

use anyhow::Context as _;
use secure_files::Activity;
use serde_json::Value;

use super::{JobKind, Outcome, backoff};
use crate::app::App;
use crate::audit::Event;
use crate::org::records;
use crate::store::jobs::JobRow;
use crate::store::{file_requests, lost_cases, secure_files as files};

pub async fn attach_file(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(file) = files::find(&mut reader, &job.org_id, &job.subject_id).await? else { return Ok(Outcome::Done) };
    let request = file_requests::find(&mut reader, &file.org_id, &file.request_id)
        .await?
        .context("a file without its request")?;
    let is_lost = lost_cases::is_lost(&mut reader, &file.org_id, &file.case_id).await?;
    drop(reader);
    let org = app.orgs.recorded(&file.org_id).context("the Org is not configured any more")?;
    // The record of the request comes first, so that the file's can point to it: its job has been waiting since the
    // request was made, and enqueues this one again.
    let Some(request_id) = request.salesforce_id.clone() else {
        let [chance] = app.randomness.bytes::<1>();
        return Ok(Outcome::Again(backoff(job, chance)));
    };
    let mut fields = records::secure_file(&file, Some(&request_id))?;
    if is_lost {
        fields[records::CASE] = Value::Null;
    }
    let external_id = org.external_id(&file.id);
    let upserted = org.connection.upsert(records::SECURE_FILE, records::EXTERNAL_ID, &external_id, &fields).await?;
    let now = app.clock.now();
    let mut tx = app.store.transaction("record_attached_file").await?;
    files::set_attached(&mut tx, &file.org_id, &file.id, upserted.id.as_str()).await?;
    if file.salesforce_id.is_none() {
        app.audit.append(&mut tx, Event::of_file(Activity::FileAttached, &file), now).await?;
        app.enqueue(&mut tx, &file.org_id, JobKind::PostToFeed, &file.id, now).await?;
    }
    app.enqueue(&mut tx, &file.org_id, JobKind::PublishEvent, &format!("file {}", file.id), now).await?;
    app.enqueue(&mut tx, &file.org_id, JobKind::SyncRequest, &request.id, now).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
