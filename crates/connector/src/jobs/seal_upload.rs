//! A frozen upload goes into the vault; its staged segments go away.

use secure_files::Timestamp;

use super::run::LEASE;
use super::{JobKind, Outcome};
use crate::app::App;
use crate::store::jobs::{self, JobRow};

pub async fn seal_upload(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let now = app.clock.now();
    app.sealing.seal(&job.org_id, &job.subject_id, now, || renew(app, job)).await?;
    app.enqueue_alone(&job.org_id, JobKind::Sweep, "objects", app.clock.now()).await?;
    Ok(Outcome::Done)
}

/// The time; `None` when another worker has taken the job meanwhile: this pass then stops.
async fn renew(app: &App, job: &JobRow) -> Option<Timestamp> {
    let now = app.clock.now();
    let until = now.plus(LEASE);
    let renewed = async {
        let mut tx = app.store.transaction("renew_lease").await?;
        let is_ours = jobs::renew(&mut tx, &job.id, &job.lease, until.as_millis()).await?;
        tx.commit().await?;
        Ok::<_, crate::store::StoreError>(is_ours)
    };
    // A database that does not answer now is no reason to stop: the commit at the end decides.
    renewed.await.unwrap_or(true).then_some(now)
}
