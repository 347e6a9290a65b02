//! A segment becomes acknowledged: written first, then adopted by the transaction that moves the offset.

use secure_files::{Activity, Timestamp};

use super::{Staging, StagingError, Turn, idle_until};
use crate::audit::Event;
use crate::store::segments::SegmentRow;
use crate::store::{jobs, pending_objects, segments, uploads};
use crate::vault::{ObjectName, SealedSegment};

/// What the customer may now rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub offset: i64,
    /// All bytes are there and pinned.
    pub is_complete: bool,
}

impl Staging {
    /// Writes a segment that starts at the turn's offset and acknowledges it.
    ///
    /// # Errors
    /// [`StagingError::Superseded`] when a newer request has the turn: this segment is handed to the sweep.
    pub async fn acknowledge(
        &self,
        turn: &mut Turn,
        segment: SealedSegment,
        now: Timestamp,
    ) -> Result<Acknowledged, StagingError> {
        let name = self.write(turn, segment, now).await?;
        let (name, row) = name;
        let mut tx = self.store.transaction("acknowledge_segment").await?;
        let upload = &turn.upload;
        let adopted = pending_objects::consume(&mut tx, name.as_str()).await?;
        let moved = if adopted {
            uploads::acknowledge(
                &mut tx,
                &upload.org_id,
                &upload.id,
                upload.fence,
                turn.offset,
                row.length_bytes,
                now.as_millis(),
                idle_until(now),
            )
            .await?
        } else {
            None
        };
        let Some(moved) = moved else {
            drop(tx);
            self.discard(&upload.org_id, &name).await?;
            return Err(StagingError::Superseded);
        };
        segments::insert(&mut tx, &upload.org_id, &upload.id, &row).await?;
        let is_complete = moved.offset_bytes == moved.size_bytes;
        if is_complete {
            self.freeze(&mut tx, &moved, now).await?;
        }
        tx.commit().await?;
        turn.offset = moved.offset_bytes;
        turn.upload = moved;
        Ok(Acknowledged { offset: turn.offset, is_complete })
    }

    /// An upload of no bytes is complete as it is made.
    pub async fn freeze_empty(&self, org_id: &str, upload_id: &str, now: Timestamp) -> Result<(), StagingError> {
        let mut tx = self.store.transaction("freeze_empty_upload").await?;
        if let Some(upload) = uploads::find(&mut tx, org_id, upload_id).await?
            && upload.state == "receiving"
            && upload.size_bytes == 0
        {
            self.freeze(&mut tx, &upload, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn write(
        &self,
        turn: &Turn,
        segment: SealedSegment,
        now: Timestamp,
    ) -> Result<(ObjectName, SegmentRow), StagingError> {
        let name = ObjectName::segment(&self.randomness);
        let row = SegmentRow {
            start_offset: turn.offset,
            length_bytes: i64::try_from(segment.length_bytes).expect("a segment is at most 8 MiB"),
            object_name: name.as_str().to_owned(),
            ciphertext_bytes: i64::try_from(segment.ciphertext_bytes()).expect("a segment is at most 8 MiB"),
            plaintext_sha256: hex::encode(segment.plaintext_sha256),
            header_mac: hex::encode(segment.header_mac),
        };
        let mut tx = self.store.transaction("record_segment").await?;
        pending_objects::record(&mut tx, &turn.upload.org_id, name.as_str(), now.as_millis()).await?;
        tx.commit().await?;
        self.vault.put_segment(&name, segment).await?;
        Ok((name, row))
    }

    async fn freeze(
        &self,
        tx: &mut crate::store::Transaction,
        upload: &uploads::UploadRow,
        now: Timestamp,
    ) -> Result<(), StagingError> {
        let manifest = self.manifest_of(tx, upload).await?;
        if !uploads::freeze(tx, &upload.org_id, &upload.id, &manifest).await? {
            return Err(StagingError::Superseded);
        }
        let job_id = hex::encode(self.randomness.bytes::<16>());
        jobs::enqueue(tx, &job_id, &upload.org_id, "seal_upload", &upload.id, now.as_millis()).await?;
        self.audit.append(tx, Event::of_upload(Activity::UploadCompleted, upload), now).await?;
        Ok(())
    }

    /// An object that lost its race was never adopted: it goes at once rather than with the next sweep.
    pub(crate) async fn discard(&self, org_id: &str, name: &ObjectName) -> Result<(), StagingError> {
        let mut tx = self.store.transaction("discard_object").await?;
        pending_objects::release(&mut tx, org_id, name.as_str()).await?;
        tx.commit().await?;
        self.vault.remove(name).await?;
        let mut tx = self.store.transaction("forget_object").await?;
        pending_objects::forget(&mut tx, name.as_str()).await?;
        tx.commit().await?;
        Ok(())
    }
}
