//! A frozen upload becomes a secure file: segments in manifest order, read once, sealed once, committed once.
//!
//! Invariants: any crash starts the pass over with a new key under a new name; one transaction adopts the file, its key
//! object, the audit event and the job that attaches it; then the staging key is gone.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use envelope::Identity;
use secure_files::{Activity, ScanOutcome, SecureFileId, SecureFileState, Timestamp, shown_path};

use crate::audit::{Audit, Event};
use crate::randomness::Randomness;
use crate::scanners::{Scan, Scanners};
use crate::staging::{ManifestDigest, Staging, StagingError};
use crate::store::secure_files::{SecureFileRow, gaps_as_text};
use crate::store::uploads::{self, UploadRow};
use crate::store::{
    Store, StoreError, Transaction, file_requests, jobs, pending_objects, secure_files as files, segments,
};
use crate::vault::{FileSeal, ObjectName, SealedFile, Vault, VaultError};

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
    pub scanners: Scanners,
    pub randomness: Randomness,
}

impl Sealing {
    /// Seals one upload. `keep_alive` is called before each segment and answers the time, or `None` when the pass must
    /// end.
    ///
    /// # Errors
    /// Whatever it says, the upload stays frozen and the next pass starts over; only a segment that is gone from the
    /// bucket moves the upload back to where its sender has to continue.
    pub async fn seal<F, Fut>(
        &self,
        org_id: &str,
        upload_id: &str,
        now: Timestamp,
        mut keep_alive: F,
    ) -> Result<Pass, StagingError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Option<Timestamp>>,
    {
        let mut reader = self.store.read().await?;
        let upload = uploads::find(&mut reader, org_id, upload_id).await?;
        drop(reader);
        let Some(upload) = upload.filter(|upload| upload.state == "frozen") else { return Ok(Pass::NothingToDo) };
        let staging_key = self.staging.staging_identity(&upload)?;

        let id = SecureFileId::from_random(self.randomness.bytes());
        let names = PassNames { file: ObjectName::file(id), key: ObjectName::key(id, 1), recorded_at: now };
        let mut tx = self.store.transaction("record_sealed_objects").await?;
        for name in [&names.file, &names.key] {
            pending_objects::record(&mut tx, org_id, name.as_str(), now.as_millis()).await?;
        }
        tx.commit().await?;

        match self.write(&upload, &staging_key, id, &names, &mut keep_alive).await {
            Ok(Some(result)) => self.commit(&upload, result, &names, now).await,
            Ok(None) => {
                self.discard(&upload, &names).await?;
                Ok(Pass::NothingToDo)
            }
            Err(error) => {
                self.discard(&upload, &names).await?;
                if is_missing(&error) {
                    self.staging.reconcile(org_id, upload_id).await?;
                }
                Err(error)
            }
        }
    }

    /// Writes the file and its key object. `None` when the pass was told to end.
    async fn write<F, Fut>(
        &self,
        upload: &UploadRow,
        staging_key: &Identity,
        id: SecureFileId,
        names: &PassNames,
        keep_alive: &mut F,
    ) -> Result<Option<(SealedFile, ScanOutcome)>, StagingError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Option<Timestamp>>,
    {
        let size_bytes = u64::try_from(upload.size_bytes).unwrap_or_default();
        let mut seal = self.vault.begin_file(id, size_bytes).await?;
        let mut scan = self.scanners.begin(size_bytes, names.recorded_at).await;
        let outcome = match self.feed(&mut seal, &mut scan, upload, staging_key, names, keep_alive).await {
            Ok(true) => Ok(verdict(scan, keep_alive).await),
            other => other.map(|_| None),
        };
        match outcome {
            Ok(Some(outcome)) => Ok(Some((self.vault.finish_file(seal).await?, outcome))),
            Ok(None) => {
                seal.abort().await;
                Ok(None)
            }
            Err(error) => {
                seal.abort().await;
                Err(error)
            }
        }
    }

    /// Feeds every segment to the seal and to the scanners. False when the pass was told to end.
    async fn feed<F, Fut>(
        &self,
        seal: &mut FileSeal,
        scan: &mut Scan,
        upload: &UploadRow,
        staging_key: &Identity,
        names: &PassNames,
        keep_alive: &mut F,
    ) -> Result<bool, StagingError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Option<Timestamp>>,
    {
        let mut kept_at = names.recorded_at;
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
                let Some(now) = keep_alive().await else { return Ok(false) };
                if now.since(kept_at) >= KEEP_AFTER {
                    self.keep(names, now).await?;
                    kept_at = now;
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
                let (sealed, ()) = tokio::join!(seal.update(&plaintext), scan.update(&plaintext));
                sealed?;
                manifest.add(&segment)?;
                offset += segment.length_bytes;
            }
        }
        if upload.manifest_sha256.as_deref() != Some(manifest.finish().as_str()) {
            return Err(VaultError::NotThatObject("the segments are not those of the manifest").into());
        }
        Ok(true)
    }

    /// A pass that adopts nothing removes what it wrote: the sweep may have been here before the objects were, and then
    /// nobody else knows them.
    async fn discard(&self, upload: &UploadRow, names: &PassNames) -> Result<(), StagingError> {
        for name in [&names.file, &names.key] {
            self.staging.discard(&upload.org_id, name).await?;
        }
        Ok(())
    }

    /// A pass over a large file may take longer than the sweep waits for an object to be adopted.
    async fn keep(&self, names: &PassNames, now: Timestamp) -> Result<(), StagingError> {
        let mut tx = self.store.transaction("keep_sealed_objects").await?;
        for name in [&names.file, &names.key] {
            pending_objects::keep(&mut tx, name.as_str(), now.as_millis()).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn commit(
        &self,
        upload: &UploadRow,
        (sealed, outcome): (SealedFile, ScanOutcome),
        names: &PassNames,
        now: Timestamp,
    ) -> Result<Pass, StagingError> {
        let mut tx = self.store.transaction("commit_sealed_file").await?;
        if !uploads::settle(&mut tx, &upload.org_id, &upload.id, "frozen", "sealed").await? {
            drop(tx);
            self.discard(upload, names).await?;
            return Ok(Pass::NothingToDo);
        }
        let adopted = pending_objects::consume(&mut tx, names.file.as_str()).await?
            && pending_objects::consume(&mut tx, names.key.as_str()).await?;
        if !adopted {
            drop(tx);
            self.discard(upload, names).await?;
            return Err(StagingError::Superseded);
        }
        let row = self.row(&mut tx, upload, &sealed, &outcome, names, now).await?;
        files::insert(&mut tx, &row).await?;
        self.staging.release_segments(&mut tx, &upload.org_id, &upload.id).await?;
        let again = (!outcome.is_final()).then_some(("scan_file", row.id.as_str()));
        let jobs = [("attach_file", row.id.as_str()), ("sync_request", upload.request_id.as_str())];
        for (kind, subject) in jobs.into_iter().chain(again) {
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
        outcome: &ScanOutcome,
        names: &PassNames,
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
            object_name: names.file.as_str().to_owned(),
            ciphertext_bytes: size(sealed.ciphertext_bytes),
            ciphertext_sha256: hex::encode(sealed.ciphertext_sha256),
            header_bytes: size(sealed.header_bytes),
            header_mac: hex::encode(sealed.header_mac),
            identity_sealed: Some(
                self.vault.seal_cell(&identity_cell(&id), sealed.identity.identity().to_text().as_bytes())?,
            ),
            key_generation: 1,
            key_object_name: names.key.as_str().to_owned(),
            scan: outcome.verdict.as_str().to_owned(),
            scan_finding: outcome.finding.clone(),
            scan_gaps: gaps_as_text(&outcome.gaps),
            scan_engine: self.scanners.engines(),
            scanned_at: (!self.scanners.is_empty()).then_some(now.as_millis()),
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

/// What a pass writes, and since when the database knows.
struct PassNames {
    file: ObjectName,
    key: ObjectName,
    recorded_at: Timestamp,
}

/// What the scanners say in the end; `None` when the pass was told to end meanwhile.
async fn verdict<F, Fut>(scan: Scan, keep_alive: &mut F) -> Option<ScanOutcome>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<Timestamp>>,
{
    let mut finishing = pin!(scan.finish());
    loop {
        tokio::select! {
            outcome = &mut finishing => return Some(outcome),
            () = tokio::time::sleep(STAY_ALIVE_EVERY) => {
                keep_alive().await?;
            }
        }
    }
}

/// A scanner that unpacks may think for longer than a job's lease.
const STAY_ALIVE_EVERY: Duration = Duration::from_secs(20);

/// Far more often than the sweep's patience ends.
const KEEP_AFTER: Duration = Duration::from_mins(10);

/// The database counts a segment that the bucket does not have: it was restored from a backup.
fn is_missing(error: &StagingError) -> bool {
    matches!(error, StagingError::Vault(VaultError::Storage(object_store::Error::NotFound { .. })))
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
