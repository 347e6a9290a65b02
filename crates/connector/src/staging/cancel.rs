//! An upload is given up, by its sender or by time: the staging key goes first, then the segments.

use secure_files::{Activity, Timestamp};

use super::{Staging, StagingError};
use crate::audit::Event;
use crate::store::uploads::{self, UploadRow};
use crate::store::{Transaction, pending_objects, segments};

impl Staging {
    /// False when it was not receiving (any more).
    pub async fn cancel(&self, org_id: &str, upload_id: &str, now: Timestamp) -> Result<bool, StagingError> {
        let mut tx = self.store.transaction("cancel_upload").await?;
        let Some(upload) = uploads::find(&mut tx, org_id, upload_id).await? else { return Ok(false) };
        if !uploads::settle(&mut tx, org_id, upload_id, "receiving", "cancelled").await? {
            return Ok(false);
        }
        self.give_up(&mut tx, &upload, "cancelled", now).await?;
        tx.commit().await?;
        self.turns.begin(upload_id).cancel();
        Ok(true)
    }

    /// Uploads that have had no byte for their idle lifetime. Returns how many.
    pub async fn expire_idle(&self, now: Timestamp) -> Result<usize, StagingError> {
        let mut reader = self.store.read().await?;
        let expired = uploads::list_expired(&mut reader, now.as_millis(), 100).await?;
        drop(reader);
        let mut given_up = 0;
        for upload in &expired {
            let mut tx = self.store.transaction("expire_upload").await?;
            if uploads::expire(&mut tx, &upload.org_id, &upload.id, now.as_millis()).await? {
                self.give_up(&mut tx, upload, "expired", now).await?;
                tx.commit().await?;
                given_up += 1;
            }
        }
        Ok(given_up)
    }

    async fn give_up(
        &self,
        tx: &mut Transaction,
        upload: &UploadRow,
        to: &str,
        now: Timestamp,
    ) -> Result<(), StagingError> {
        self.release_segments(tx, &upload.org_id, &upload.id).await?;
        self.audit.append(tx, Event::of_upload(Activity::UploadCancelled, upload).detail(to), now).await?;
        Ok(())
    }

    /// Hands the segments of a settled upload to the sweep.
    pub(crate) async fn release_segments(
        &self,
        tx: &mut Transaction,
        org_id: &str,
        upload_id: &str,
    ) -> Result<(), StagingError> {
        for name in segments::remove_all(tx, org_id, upload_id).await? {
            pending_objects::release(tx, org_id, &name).await?;
        }
        Ok(())
    }
}
