//! Tells open Case pages to look again. At least once: a page that looks twice sees the same.

use anyhow::Context as _;
use salesforce_client::OrgError;

use super::Outcome;
use crate::app::App;
use crate::org::records;
use crate::store::jobs::JobRow;
use crate::store::{file_requests, secure_files as files};

pub async fn publish_event(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let (what, id) = job.subject_id.split_once(' ').context("an event's subject is a word and an id")?;
    let mut reader = app.store.read().await?;
    let (case_id, kind) = match what {
        "file" => (files::find(&mut reader, &job.org_id, id).await?.map(|file| file.case_id), "file_attached"),
        _ => {
            (file_requests::find(&mut reader, &job.org_id, id).await?.map(|request| request.case_id), "request_changed")
        }
    };
    drop(reader);
    let Some(case_id) = case_id else { return Ok(Outcome::Done) };
    let org = app.orgs.recorded(&job.org_id).context("the Org is not configured any more")?;
    let event = records::case_file_event(&case_id, kind, &org.external_id(id));
    match org.connection.publish_event(records::CASE_FILE_EVENT, &event).await {
        Err(error @ (OrgError::FixRequest { .. } | OrgError::NoAccess { .. })) => {
            // The panel also polls: an Org that takes no events loses speed, nothing else.
            tracing::warn!(target: "casegate", %error, "the Org takes no events");
            Ok(Outcome::Done)
        }
        other => Ok(other.map(|()| Outcome::Done)?),
    }
}
