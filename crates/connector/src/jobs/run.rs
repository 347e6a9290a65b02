//! The workers: take a job, do it, say how it ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::FutureExt as _;
use salesforce_client::{Obstacle, OrgError};
use tracing::Instrument as _;

use super::{
    JobKind, Outcome, attach_file, backoff, expire_requests, follow_orgs, post_to_feed, publish_event, scan_file,
    seal_upload, send_mail, sweep, sync_request, test_scanners,
};
use crate::app::App;
use crate::store::jobs::{self, JobRow};

/// A job whose worker says nothing for this long is given to another.
pub const LEASE: Duration = Duration::from_mins(2);
/// How often the table is looked at when nobody rings.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often things that merely become due are looked for.
const TICK_EVERY: Duration = Duration::from_mins(1);
const WORKERS: u8 = 4;
/// How many due jobs a worker looks at before it calls it idle: one for each that may be quicker.
const CANDIDATES: i64 = 2 * WORKERS as i64;

/// Works until the connector is asked to stop; a job under way is finished first.
pub async fn work_until_stopped(app: App) {
    for _ in 0..WORKERS {
        app.tasks.spawn(work(app.clone()));
    }
    app.tasks.spawn(tick(app.clone()));
    app.tasks.spawn(try_scanners(app.clone()));
}

async fn work(app: App) {
    while !app.stop.is_cancelled() {
        match run_one(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(target: "casegate", error = format!("{error:#}"), "the job table could not be read");
            }
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.job_bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn tick(app: App) {
    while !app.stop.is_cancelled() {
        if let Err(error) = due_by_time(&app).await {
            tracing::error!(target: "casegate", error = format!("{error:#}"), "what is due by time could not be done");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(TICK_EVERY) => {}
        }
    }
}

/// At once, and from then on by real time: a scanner that cannot be tried must not hold up anything else.
async fn try_scanners(app: App) {
    while !app.scanners.is_empty() && !app.stop.is_cancelled() {
        let again = test_scanners::test_scanners(&app).await;
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(again) => {}
        }
    }
}

/// Requests and uploads out of time, sessions and tickets that ended, objects nobody adopted, news of the Orgs.
async fn due_by_time(app: &App) -> anyhow::Result<()> {
    expire_requests::expire_requests(app).await?;
    app.staging.expire_idle(app.clock.now()).await?;
    sweep::sweep(app).await?;
    follow_orgs::follow_orgs(app).await?;
    Ok(())
}

/// Does everything that is due now, once through: for tests and for the moment before shutdown.
pub async fn run_due(app: &App) -> anyhow::Result<usize> {
    due_by_time(app).await?;
    let mut done = 0;
    while run_one(app).await? {
        done += 1;
    }
    Ok(done)
}

async fn run_one(app: &App) -> anyhow::Result<bool> {
    let Some(job) = lease_one(app).await? else { return Ok(false) };
    let span = tracing::info_span!(target: "casegate", "job", kind = %job.kind, subject = %job.subject_id);
    // A bug in one job must not take its worker from all the others.
    let outcome = AssertUnwindSafe(do_job(app, &job).instrument(span)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("a bug stopped the job")));
    let mut tx = app.store.transaction("end_job").await?;
    let now = app.clock.now();
    let label = match outcome {
        Ok(Outcome::Done) => {
            jobs::finish(&mut tx, &job).await?;
            "done"
        }
        Ok(Outcome::Again(after)) => {
            jobs::postpone(&mut tx, &job, now.plus(after).as_millis(), "not yet").await?;
            "again"
        }
        Err(error) => {
            let [chance] = app.randomness.bytes::<1>();
            let after = backoff(&job, chance).max(wish(&error));
            tracing::warn!(
                target: "casegate", kind = %job.kind, subject = %job.subject_id, attempts = job.attempts,
                again_in_seconds = after.as_secs(), error = format!("{error:#}"), "a job failed"
            );
            jobs::postpone(&mut tx, &job, now.plus(after).as_millis(), &format!("{error:#}")).await?;
            "failed"
        }
    };
    tx.commit().await?;
    metrics::counter!("casegate_jobs_total", "kind" => job.kind.clone(), "outcome" => label).increment(1);
    Ok(true)
}

/// How long an Org asked to be left alone. Who else writes a row is done sooner than that.
fn wish(error: &anyhow::Error) -> Duration {
    match error.downcast_ref() {
        Some(OrgError::RetryLater { after, obstacle, .. }) if *obstacle != Obstacle::RowLocked => *after,
        _ => Duration::ZERO,
    }
}

/// Workers that want the same job do not wait for each other's luck: who finds it taken tries the next, each in a
/// transaction of its own, so that no two rows are ever locked at once.
async fn lease_one(app: &App) -> anyhow::Result<Option<JobRow>> {
    let now = app.clock.now();
    let mut reader = app.store.read().await?;
    let due = jobs::due(&mut reader, now.as_millis(), CANDIDATES).await?;
    drop(reader);
    for id in due {
        let mut tx = app.store.transaction("lease_job").await?;
        let until = now.plus(LEASE).as_millis();
        if let Some(job) = jobs::lease(&mut tx, &id, &app.row_id(), now.as_millis(), until).await? {
            tx.commit().await?;
            return Ok(Some(job));
        }
    }
    Ok(None)
}

async fn do_job(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    match JobKind::read(&job.kind).context("a job of a kind that this version does not know")? {
        JobKind::SendMail => send_mail::send_mail(app, job).await,
        JobKind::SealUpload => seal_upload::seal_upload(app, job).await,
        JobKind::ScanFile => scan_file::scan_file(app, job).await,
        JobKind::AttachFile => attach_file::attach_file(app, job).await,
        JobKind::PostToFeed => post_to_feed::post_to_feed(app, job).await,
        JobKind::PublishEvent => publish_event::publish_event(app, job).await,
        JobKind::SyncRequest => sync_request::sync_request(app, job).await,
        JobKind::Sweep => {
            sweep::sweep(app).await?;
            Ok(Outcome::Done)
        }
    }
}
