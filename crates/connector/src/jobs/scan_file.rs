//! A file that could not be fully checked, for a reason that may pass, is looked at again.

use std::time::Duration;

use anyhow::Context as _;
use secure_files::Activity;

use super::{JobKind, Outcome, backoff};
use crate::app::App;
use crate::audit::Event;
use crate::store::jobs::JobRow;
use crate::store::secure_files as files;
use crate::stored_file::open_stored_file;

/// After this many fruitless looks it is tried once an hour only.
const OFTEN: i64 = 12;
const SELDOM: Duration = Duration::from_hours(1);

pub async fn scan_file(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(file) = files::find(&mut reader, &job.org_id, &job.subject_id).await? else { return Ok(Outcome::Done) };
    drop(reader);
    if file.state != "held" || file.scan_outcome()?.is_final() {
        return Ok(Outcome::Done);
    }
    let mut scan = app.scanners.begin(u64::try_from(file.size_bytes).unwrap_or_default(), app.clock.now()).await;
    let opened = open_stored_file(&app.vault, &file).await.context("the sealed file could not be opened")?;
    let mut content = opened.read(0..u64::try_from(file.size_bytes).unwrap_or_default())?;
    while let Some(piece) = content.next().await? {
        scan.update(&piece).await;
    }
    let outcome = scan.finish().await;
    if outcome == file.scan_outcome()? {
        let [chance] = app.randomness.bytes::<1>();
        let after = if job.attempts < OFTEN { backoff(job, chance) } else { SELDOM };
        return Ok(Outcome::Again(after));
    }
    let now = app.clock.now();
    let mut tx = app.store.transaction("record_scan").await?;
    if files::set_scan(&mut tx, &file, &outcome, app.scanners.engines().as_deref(), now.as_millis()).await? {
        let event = Event::of_file(Activity::FileScanned, &file).detail(outcome.verdict.as_str());
        app.audit.append(&mut tx, event, now).await?;
        app.enqueue(&mut tx, &file.org_id, JobKind::AttachFile, &file.id, now).await?;
    }
    tx.commit().await?;
    Ok(if outcome.is_final() { Outcome::Done } else { Outcome::Again(SELDOM) })
}
