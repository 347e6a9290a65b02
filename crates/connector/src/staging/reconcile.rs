//! After the database was restored from a backup, an upload may count segments whose objects are gone.
//!
//! Separate because nothing else ever moves an offset back. The customer's next HEAD says what is missing, and the
//! bytes are sent again under new keys and new names.

use super::{Staging, StagingError};
use crate::store::uploads::UploadRow;
use crate::store::{pending_objects, segments, uploads};
use crate::vault::ObjectName;

impl Staging {
    /// Moves the offset back to the first segment whose object is not there; a frozen upload then receives again. Returns
    /// the new offset.
    pub async fn reconcile(&self, org_id: &str, upload_id: &str) -> Result<i64, StagingError> {
        let mut tx = self.store.transaction("reconcile_upload").await?;
        let Some(upload) = uploads::find(&mut tx, org_id, upload_id).await? else { return Ok(0) };
        if !matches!(upload.state.as_str(), "receiving" | "frozen") {
            return Ok(upload.offset_bytes);
        }
        let rows = segments::list_from(&mut tx, org_id, upload_id, 0, i64::MAX).await?;
        let mut intact = 0;
        for row in &rows {
            let length = u64::try_from(row.ciphertext_bytes).unwrap_or_default();
            if !self.vault.has_segment(&ObjectName::recorded(&row.object_name), length).await? {
                break;
            }
            intact += row.length_bytes;
        }
        if intact < upload.offset_bytes {
            for name in segments::remove_from(&mut tx, org_id, upload_id, intact).await? {
                pending_objects::release(&mut tx, org_id, &name).await?;
            }
            uploads::move_back(&mut tx, org_id, upload_id, intact).await?;
            tx.commit().await?;
        }
        Ok(intact)
    }

    /// What may be told about an upload: one whose newest segment is gone from the bucket is moved back first.
    ///
    /// One look at the bucket, not one for each segment: an upload loses its segments together, and the sealing pass
    /// reads every one of them anyway.
    pub async fn vouch_for(&self, mut upload: UploadRow) -> Result<UploadRow, StagingError> {
        if upload.state != "receiving" || upload.offset_bytes == 0 {
            return Ok(upload);
        }
        let mut reader = self.store.read().await?;
        let newest = segments::newest(&mut reader, &upload.org_id, &upload.id).await?;
        drop(reader);
        let Some(newest) = newest else { return Ok(upload) };
        let length = u64::try_from(newest.ciphertext_bytes).unwrap_or_default();
        if !self.vault.has_segment(&ObjectName::recorded(&newest.object_name), length).await? {
            upload.offset_bytes = self.reconcile(&upload.org_id, &upload.id).await?;
        }
        Ok(upload)
    }
}
