//! Removing what nobody adopted: objects whose pending row is old, and the segments of settled uploads.

use std::time::Duration;

use secure_files::Timestamp;

use super::{Staging, StagingError};
use crate::store::pending_objects;
use crate::vault::ObjectName;

/// Longer than any request may take between recording a name and adopting its object.
pub const ABANDONED_AFTER: Duration = Duration::from_hours(1);
const AT_ONCE: i64 = 200;

impl Staging {
    /// Claims and removes one batch; returns how many objects went. Call again while it returns any.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StagingError> {
        let older_than = now.as_millis() - i64::try_from(ABANDONED_AFTER.as_millis()).unwrap_or(i64::MAX);
        let mut tx = self.store.transaction("claim_abandoned_objects").await?;
        let names = pending_objects::claim_abandoned(&mut tx, older_than, AT_ONCE).await?;
        tx.commit().await?;
        for name in &names {
            self.vault.remove(&ObjectName::recorded(name)).await?;
        }
        let mut tx = self.store.transaction("forget_removed_objects").await?;
        for name in &names {
            pending_objects::forget(&mut tx, name).await?;
        }
        tx.commit().await?;
        Ok(names.len())
    }
}
