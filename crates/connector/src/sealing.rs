//! A frozen upload becomes a secure file: segments in manifest order, read once, sealed once, committed once.
//!
//! Invariants: any crash starts the pass over with a new key under a new name; one transaction adopts the file, its key
//! object, the audit event and the job that attaches it; then the staging key is gone.

use std::future::Future;

use envelope::Identity;
use secure_files::{Activity, ScanVerdict, SecureFileId, SecureFileState, Timestamp, shown_path};

use crate::audit::{Audit, Event};
use crate::randomness::Randomness;
use crate::staging::{ManifestDigest, Staging, StagingError};
use crate::store::secure_files::SecureFileRow;
use crate::store::uploads::{self, UploadRow};
use crate::store::{
    Store, StoreError, Transaction, file_requests, jobs, pending_objects, secure_files as files, segments,
};
use crate::vault::{ObjectName, SealedFile, Vault, VaultError};

const PAGE: i64 = 64;

/// What a pass came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    Sealed(SecureFileId),
    /// Somebody else sealed it, or it is not frozen.
    NothingToDo,
}

/// Everything a pass needs.
#[derive(Clone)]
pub struct Sealing {
    pub store: Store,
    pub vault: Vault,
    pub staging: Staging,
    pub audit: Audit,
    pub randomness: Randomness,
}

impl Sealing {
    /// Seals one upload. `keep_alive` is called between segments and says whether the pass may go on.
    pub async fn seal<F, Fut>(
        &self,
        org_id: &str,
        upload_id: &str,
        now: Timestamp,
        mut keep_alive: F,
    ) -> Result<Pass, StagingError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = bool>,
    {
        let mut reader = self.store.read().await?;
        let upload = uploads::find(&mut reader, org_id, upload_id).await?;
        drop(reader);
        let Some(upload) = upload.filter(|upload| upload.state == "frozen") else { return Ok(Pass::NothingToDo) };
        let staging_key = self.staging.staging_identity(&upload)?;

        let id = SecureFileId::from_random(self.randomness.bytes());
        let (file_name, key_name) = (ObjectName::file(id), ObjectName::key(id, 1));
        let mut tx = self.store.transaction("record_sealed_objects").await?;
        for name in [&file_name, &key_name] {
            pending_objects::record(&mut tx, org_id, name.as_str(), now.as_millis()).await?;
        }
        tx.commit().await?;

        let Some(sealed) = self.read_and_seal(&upload, id, &staging_key, &mut keep_alive).await? else {
            return Ok(Pass::NothingToDo);
        };
        self.commit(&upload, sealed, &file_name, &key_name, now).await
    }

    async fn read_and_seal<F, Fut>(
        &self,
        upload: &UploadRow,
        id: SecureFileId,
        staging_key: &Identity,
        keep_alive: &mut F,
    ) -> Result<Option<SealedFile>, StagingError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = bool>,
    {
        let mut seal = self.vault.begin_file(id, u64::try_from(upload.size_bytes).unwrap_or_default()).await?;
        let mut manifest = ManifestDigest::default();
        let mut offset = 0;
        while offset < upload.size_bytes {
            let mut reader = self.store.read().await?;
            let page = segments::list_from(&mut reader, &upload.org_id, &upload.id, offset, PAGE).await?;
            drop(reader);
            if page.is_empty() {
                return Err(StoreError::Unreadable("an upload's segments leave a gap").into());
            }
            for segment in page {
                if segment.start_offset != offset {
                    return Err(StoreError::Unreadable("an upload's segments leave a gap").into());
                }
                if !keep_alive().await {
                    seal.abort().await;
                    return Ok(None);
                }
                let plaintext = self
                    .vault
                    .read_segment(
                        &ObjectName::recorded(&segment.object_name),
                        u64::try_from(segment.ciphertext_bytes).unwrap_or_default(),
                        &digest(&segment.header_mac)?,
                        &digest(&segment.plaintext_sha256)?,
                        staging_key,
                    )
                    .await?;
                seal.update(&plaintext).await?;
                manifest.add(&segment)?;
                offset += segment.length_bytes;
            }
        }
        if upload.manifest_sha256.as_deref() != Some(manifest.finish().as_str()) {
            seal.abort().await;
            return Err(VaultError::NotThatObject("the segments are not those of the manifest").into());
        }
        Ok(Some(self.vault.finish_file(seal).await?))
    }

    async fn commit(
        &self,
        upload: &UploadRow,
        sealed: SealedFile,
        file_name: &ObjectName,
        key_name: &ObjectName,
        now: Timestamp,
    ) -> Result<Pass, StagingError> {
        let mut tx = self.store.transaction("commit_sealed_file").await?;
        let adopted = pending_objects::consume(&mut tx, file_name.as_str()).await?
            && pending_objects::consume(&mut tx, key_name.as_str()).await?;
        if !adopted || !uploads::settle(&mut tx, &upload.org_id, &upload.id, "frozen", "sealed").await? {
            // The objects stay pending: the sweep removes them.
            return Ok(Pass::NothingToDo);
        }
        let row = self.row(&mut tx, upload, &sealed, file_name, key_name, now).await?;
        files::insert(&mut tx, &row).await?;
        self.staging.release_segments(&mut tx, &upload.org_id, &upload.id).await?;
        for (kind, subject) in [("attach_file", row.id.as_str()), ("sync_request", upload.request_id.as_str())] {
            let job_id = hex::encode(self.randomness.bytes::<16>());
            jobs::enqueue(&mut tx, &job_id, &upload.org_id, kind, subject, now.as_millis()).await?;
        }
        self.audit.append(&mut tx, Event::of_file(Activity::FileSealed, &row), now).await?;
        tx.commit().await?;
        Ok(Pass::Sealed(sealed.id))
    }

    async fn row(
        &self,
        tx: &mut Transaction,
        upload: &UploadRow,
        sealed: &SealedFile,
        file_name: &ObjectName,
        key_name: &ObjectName,
        now: Timestamp,
    ) -> Result<SecureFileRow, StagingError> {
        let request = file_requests::find(tx, &upload.org_id, &upload.request_id)
            .await?
            .ok_or(StoreError::Unreadable("an upload without its request"))?;
        let policy: secure_files::Policy =
            serde_json::from_str(&request.policy).map_err(|_| StoreError::Unreadable("file_requests.policy"))?;
        let id = sealed.id.to_string();
        let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        Ok(SecureFileRow {
            org_id: upload.org_id.clone(),
            case_id: request.case_id,
            request_id: upload.request_id.clone(),
            upload_id: upload.id.clone(),
            file_name: shown_path(&upload.shown_name),
            content_type: upload.content_type.clone(),
            size_bytes: size(sealed.size_bytes),
            plaintext_sha256: hex::encode(sealed.plaintext_sha256),
            object_name: file_name.as_str().to_owned(),
            ciphertext_bytes: size(sealed.ciphertext_bytes),
            ciphertext_sha256: hex::encode(sealed.ciphertext_sha256),
            header_bytes: size(sealed.header_bytes),
            header_mac: hex::encode(sealed.header_mac),
            identity_sealed: Some(
                self.vault.seal_cell(&identity_cell(&id), sealed.identity.identity().to_text().as_bytes())?,
            ),
            key_generation: 1,
            key_object_name: key_name.as_str().to_owned(),
            scan: ScanVerdict::NotScanned.as_str().to_owned(),
            state: SecureFileState::Held.as_str().to_owned(),
            sender_name: request.recipient_name,
            sender_email: request.recipient_email,
            received_at: now.as_millis(),
            kept_until: policy.retention().kept_until(now).as_millis(),
            salesforce_id: None,
            feed_item_id: None,
            id,
        })
    }
}

/// Where the file's own identity is sealed to.
pub fn identity_cell(file_id: &str) -> String {
    format!("secure_files/{file_id}/identity_sealed")
}

/// A digest or MAC that the store keeps as hex.
pub fn digest(text: &str) -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| StoreError::Unreadable("a digest is not 64 hex digits"))?;
    Ok(bytes)
}
