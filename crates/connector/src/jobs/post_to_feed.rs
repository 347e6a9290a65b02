//! One post in the Case's feed per file. A post has no external id, so a lost answer is settled by looking first.

use anyhow::Context as _;
use salesforce_client::OrgError;

use super::Outcome;
use crate::app::App;
use crate::org::records;
use crate::store::jobs::JobRow;
use crate::store::secure_files as files;

pub async fn post_to_feed(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(file) = files::find(&mut reader, &job.org_id, &job.subject_id).await? else { return Ok(Outcome::Done) };
    drop(reader);
    if file.feed_item_id.is_some() {
        return Ok(Outcome::Done);
    }
    let org = app.orgs.recorded(&file.org_id).context("the Org is not configured any more")?;
    // Only the first attempt of the first cause may post without looking.
    let posted = if job.attempts > 1 || job.generation > 0 { org.find_feed_post(&file).await? } else { None };
    let id = match posted {
        Some(id) => id,
        None => match org.connection.create("FeedItem", &records::feed_post(&file)).await {
            Ok(id) => id.as_str().to_owned(),
            // Feed tracking is the admin's choice: without it there is no feed to post to, and the file is attached.
            Err(error @ (OrgError::FixRequest { .. } | OrgError::NoAccess { .. } | OrgError::Gone { .. })) => {
                tracing::warn!(target: "casegate", %error, "the Org takes no feed post for this Case");
                return Ok(Outcome::Done);
            }
            Err(error) => return Err(error.into()),
        },
    };
    let mut tx = app.store.transaction("record_feed_post").await?;
    files::set_feed_item(&mut tx, &file.org_id, &file.id, &id).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
