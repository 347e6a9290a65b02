//! A merged Case's requests and files go to the Case that is left; a deleted Case's links stop until it comes back.
//!
//! Invariant: looking twice at the same Case changes nothing, so looks may overlap.

use std::time::Duration;

use secure_files::{Activity, CaseId, FileRequestState, Timestamp};

use super::JobKind;
use super::follow_orgs::RECYCLE_BIN;
use crate::app::App;
use crate::audit::Event;
use crate::org::{LostCase, Org};
use crate::store::file_requests::{self, FileRequestRow};
use crate::store::secure_files::{self as files, SecureFileRow};
use crate::store::{Transaction, followed_orgs, lost_cases};

/// A long transaction of the Org shows its rows later than it stamped them.
const OVERLAP: Duration = Duration::from_mins(10);
const AT_ONCE: i64 = 1_000;

pub async fn follow_cases(app: &App, org: &Org, seen_until: i64) -> anyhow::Result<()> {
    let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or_default();
    let lost = org.lost_cases(seen_until - overlap).await?;
    for lost in &lost {
        while follow_one(app, org, lost).await? {}
    }
    if let Some(newest) = lost.iter().map(|lost| lost.stamped_at).max() {
        let mut tx = app.store.transaction("record_followed_cases").await?;
        followed_orgs::saw_cases_until(&mut tx, org.id().as_str(), newest).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What we hold of a Case: so many requests and files at once.
struct Held {
    requests: Vec<FileRequestRow>,
    files: Vec<SecureFileRow>,
}

async fn held(app: &App, org: &Org, case: &CaseId) -> anyhow::Result<Held> {
    let mut reader = app.store.read().await?;
    let (org, case) = (org.id().as_str(), case.as_str());
    Ok(Held {
        requests: file_requests::list_of_case(&mut reader, org, case, AT_ONCE).await?,
        files: files::list_of_case(&mut reader, org, case, None, AT_ONCE).await?,
    })
}

/// True when there may be more to move.
async fn follow_one(app: &App, org: &Org, lost: &LostCase) -> anyhow::Result<bool> {
    let held = held(app, org, &lost.case).await?;
    if held.requests.is_empty() && held.files.is_empty() {
        return Ok(false);
    }
    let Some(survivor) = &lost.survivor else {
        suspend(app, org, &lost.case, held).await?;
        return Ok(false);
    };
    // A survivor that was merged or deleted in its turn comes later in the list, with a number nobody needs.
    let number = org.present_case(survivor).await?;
    move_to(app, held, survivor, number.as_deref()).await?;
    Ok(true)
}

async fn move_to(app: &App, held: Held, survivor: &CaseId, number: Option<&str>) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.transaction("follow_merged_case").await?;
    for request in &held.requests {
        let number = number.unwrap_or(&request.case_number);
        if file_requests::move_to_case(&mut tx, request, survivor.as_str(), number).await? {
            let moved = FileRequestRow { case_id: survivor.as_str().to_owned(), ..request.clone() };
            let event = Event::of_request(Activity::FileRequestMoved, &moved).by_connector();
            app.audit.append(&mut tx, event.detail(format!("from {}", request.case_id)), now).await?;
            app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
        }
    }
    for file in &held.files {
        if files::move_to_case(&mut tx, file, survivor.as_str()).await? {
            let moved = SecureFileRow { case_id: survivor.as_str().to_owned(), ..file.clone() };
            let event = Event::of_file(Activity::FileMoved, &moved);
            app.audit.append(&mut tx, event.detail(format!("from {}", file.case_id)), now).await?;
            app.enqueue(&mut tx, &file.org_id, JobKind::AttachFile, &file.id, now).await?;
        }
    }
    tx.commit().await?;
    app.job_bell.notify_one();
    Ok(())
}

async fn suspend(app: &App, org: &Org, case: &CaseId, held: Held) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.transaction("follow_deleted_case").await?;
    let is_new = lost_cases::remember(&mut tx, org.id().as_str(), case.as_str(), now.as_millis()).await?;
    let mut changed = is_new;
    for request in &held.requests {
        let Ok(FileRequestState::Suspended) = state_of(request)?.suspend() else { continue };
        if file_requests::suspend(&mut tx, &request.org_id, &request.id).await? {
            let event = Event::of_request(Activity::FileRequestSuspended, request).by_connector();
            app.audit.append(&mut tx, event, now).await?;
            app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
            changed = true;
        }
    }
    if changed {
        tx.commit().await?;
        app.job_bell.notify_one();
    }
    Ok(())
}

/// Cases that were deleted and are there again.
pub async fn welcome_back(app: &App, org: &Org) -> anyhow::Result<()> {
    let now = app.clock.now();
    // A day more than the recycle bin keeps: whatever is longer gone stays gone.
    let kept = RECYCLE_BIN + Duration::from_hours(24);
    let since = now.as_millis() - i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    let mut reader = app.store.read().await?;
    let lost = lost_cases::list_since(&mut reader, org.id().as_str(), since, AT_ONCE).await?;
    drop(reader);
    let lost: Vec<CaseId> = lost.iter().filter_map(|id| CaseId::parse(id).ok()).collect();
    for case in org.restored_cases(&lost).await? {
        let held = held(app, org, &case).await?;
        let mut tx = app.store.transaction("follow_restored_case").await?;
        if lost_cases::forget(&mut tx, org.id().as_str(), case.as_str()).await? {
            resume(app, &mut tx, held, now).await?;
            tx.commit().await?;
            app.job_bell.notify_one();
        }
    }
    Ok(())
}

async fn resume(app: &App, tx: &mut Transaction, held: Held, now: Timestamp) -> anyhow::Result<()> {
    for request in &held.requests {
        if state_of(request)?.resume().is_ok() && file_requests::resume(tx, &request.org_id, &request.id).await? {
            let event = Event::of_request(Activity::FileRequestResumed, request).by_connector();
            app.audit.append(tx, event, now).await?;
        }
        app.enqueue(tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
    }
    for file in &held.files {
        app.enqueue(tx, &file.org_id, JobKind::AttachFile, &file.id, now).await?;
    }
    Ok(())
}

fn state_of(request: &FileRequestRow) -> anyhow::Result<FileRequestState> {
    request.state.parse().map_err(|()| anyhow::anyhow!("file_requests.state cannot be read"))
}
