//! A request takes the turn to append; whoever had it can no longer acknowledge.

use envelope::{Identity, Recipient};
use secure_files::{Refusal, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Staging, StagingError, idle_until};
use crate::store::StoreError;
use crate::store::uploads::{self, UploadRow};
use crate::vault::VaultError;

/// The right to append to one upload, until a newer request takes it.
pub struct Turn {
    pub upload: UploadRow,
    /// Where the next segment starts.
    pub offset: i64,
    pub(super) recipient: Recipient,
    /// Cancelled when a newer request has taken the turn in this process.
    pub evicted: CancellationToken,
    turns: super::turns::Turns,
}

impl Turn {
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.end(&self.upload.id, &self.evicted);
    }
}

impl Staging {
    /// Takes the turn to append at `offset`.
    ///
    /// # Errors
    /// `NotFound` for an upload that is not there (any more), `Conflict` when the upload stands at another offset.
    pub async fn take_turn(
        &self,
        org_id: &str,
        upload_id: &str,
        offset: i64,
        now: Timestamp,
    ) -> Result<Turn, StagingError> {
        let mut tx = self.store.transaction("take_turn").await?;
        let stands = uploads::find(&mut tx, org_id, upload_id).await?.ok_or(Refusal::NotFound)?;
        let bytes = |number: i64| u64::try_from(number).unwrap_or_default();
        secure_files::may_append(
            stands.state.parse().map_err(|()| StoreError::Unreadable("uploads.state"))?,
            bytes(stands.offset_bytes),
            bytes(stands.size_bytes),
            bytes(stands.segment_count),
            bytes(offset),
        )?;
        let upload = uploads::take_turn(&mut tx, org_id, upload_id, offset, idle_until(now))
            .await?
            .ok_or(StagingError::Superseded)?;
        tx.commit().await?;
        // Only now: a request that may not append evicts nobody.
        let evicted = self.turns.begin(upload_id);
        let recipient = self.staging_identity(&upload)?.recipient();
        Ok(Turn { offset, recipient, evicted, turns: self.turns.clone(), upload })
    }

    /// The key that opens the segments of an upload; gone once the upload is settled.
    pub(crate) fn staging_identity(&self, upload: &UploadRow) -> Result<Identity, VaultError> {
        let sealed = upload
            .staging_identity_sealed
            .as_deref()
            .ok_or(VaultError::NotThatObject("the staging key of the upload is gone"))?;
        let secret = self.vault.open_cell(&staging_cell(&upload.id), sealed)?;
        let bytes: [u8; 32] =
            secret.as_slice().try_into().map_err(|_| VaultError::NotThatObject("a staging key has another length"))?;
        Ok(Identity::from_bytes(bytes))
    }

    /// A staging key for a new upload, sealed to its row.
    pub fn new_staging_identity(&self, upload_id: &str) -> Result<String, VaultError> {
        let secret = zeroize::Zeroizing::new(self.randomness.bytes::<32>());
        self.vault.seal_cell(&staging_cell(upload_id), &*secret)
    }
}

fn staging_cell(upload_id: &str) -> String {
    format!("uploads/{upload_id}/staging_identity_sealed")
}
