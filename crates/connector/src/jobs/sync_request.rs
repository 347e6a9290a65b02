//! The request's record in Salesforce says what the request is now: upserted by external id, so exactly one.

use anyhow::Context as _;

use super::{JobKind, Outcome};
use crate::api::agent::views::LiveRequest;
use crate::app::App;
use crate::org::records;
use crate::store::file_requests;
use crate::store::jobs::JobRow;

pub async fn sync_request(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(request) = file_requests::find(&mut reader, &job.org_id, &job.subject_id).await? else {
        return Ok(Outcome::Done);
    };
    let live = LiveRequest::read(&mut reader, &request).await?;
    drop(reader);
    let org = app.orgs.recorded(&request.org_id).context("the Org is not configured any more")?;
    let sent_at = live.mail.as_ref().filter(|mail| mail.state == "sent").and_then(|mail| mail.settled_at);
    let fields = records::file_request(&request, live.progress, sent_at, live.files_received);
    let external_id = org.external_id(&request.id);
    let upserted = org.connection.upsert(records::FILE_REQUEST, records::EXTERNAL_ID, &external_id, &fields).await?;
    let now = app.clock.now();
    let mut tx = app.store.transaction("record_salesforce_request").await?;
    file_requests::set_salesforce_id(&mut tx, &request.org_id, &request.id, upserted.id.as_str()).await?;
    app.enqueue(&mut tx, &request.org_id, JobKind::PublishEvent, &format!("request {}", request.id), now).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
