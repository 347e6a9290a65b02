//! Sealing a whole file into the vault: one pass, one key, one new name.
//!
//! Invariants: the pass either finishes or leaves an object no row points to; it is never continued.
//! Units: parts are at least 8 MiB and never more than 10,000 (S3 CompleteMultipartUpload).

use envelope::{FileIdentity, Sealer, ciphertext_length};
use object_store::{MultipartUpload, ObjectStoreExt as _, PutPayload};
use secure_files::SecureFileId;
use sha2::{Digest as _, Sha256};

use super::{ObjectName, Vault, VaultError};

const SMALLEST_PART: u64 = 8 * 1024 * 1024;
const MOST_PARTS: u64 = 9_000;

/// What the row must say about the object, and the identity that opens it.
pub struct SealedFile {
    pub id: SecureFileId,
    pub identity: FileIdentity,
    pub size_bytes: u64,
    pub plaintext_sha256: [u8; 32],
    pub ciphertext_bytes: u64,
    pub ciphertext_sha256: [u8; 32],
    pub header_bytes: u64,
    pub header_mac: [u8; 32],
}

/// A file that is being sealed. If the process dies, S3 keeps the parts until a lifecycle rule of the bucket aborts them.
pub struct FileSeal {
    id: SecureFileId,
    identity: FileIdentity,
    sealer: Sealer,
    name: ObjectName,
    parts: Option<Box<dyn MultipartUpload>>,
    part_bytes: usize,
    pending: Vec<u8>,
    plaintext: Sha256,
    ciphertext: Sha256,
    size_bytes: u64,
    written_bytes: u64,
    header_bytes: u64,
    header_mac: [u8; 32],
}

impl Vault {
    /// Begins the pass for a file of `size_bytes`; both names must have been recorded as pending before.
    pub async fn begin_file(&self, id: SecureFileId, size_bytes: u64) -> Result<FileSeal, VaultError> {
        let mut fill = |out: &mut [u8]| self.randomness.fill(out);
        let identity = FileIdentity::generate(&mut fill)?;
        let (sealer, header) = Sealer::new(&[identity.recipient()], &mut fill)?;
        let header_mac = sealer.header_mac();
        let total = ciphertext_length(header.len() as u64, size_bytes);
        let name = ObjectName::file(id);
        let parts = if total > SMALLEST_PART { Some(self.objects.put_multipart(&name.path()).await?) } else { None };
        let part_bytes = SMALLEST_PART.max(total.div_ceil(MOST_PARTS));
        Ok(FileSeal {
            id,
            identity,
            sealer,
            name,
            parts,
            part_bytes: usize::try_from(part_bytes).unwrap_or(usize::MAX),
            header_bytes: header.len() as u64,
            pending: header,
            plaintext: Sha256::new(),
            ciphertext: Sha256::new(),
            size_bytes: 0,
            written_bytes: 0,
            header_mac,
        })
    }

    /// Ends the pass: the file and its key object are durable when this returns, and the file has the length it must.
    pub async fn finish_file(&self, mut seal: FileSeal) -> Result<SealedFile, VaultError> {
        seal.sealer.finish(&mut seal.pending);
        seal.ciphertext.update(&seal.pending);
        seal.written_bytes += seal.pending.len() as u64;
        let last = PutPayload::from(seal.pending);
        match seal.parts {
            Some(mut parts) => {
                parts.put_part(last).await?;
                parts.complete().await?;
            }
            None => {
                self.objects.put(&seal.name.path(), last).await?;
            }
        }
        let key_object =
            seal.identity.key_object(&self.keyring.current_recipient(), &self.recovery, &mut |out: &mut [u8]| {
                self.randomness.fill(out);
            })?;
        self.objects.put(&ObjectName::key(seal.id, 1).path(), PutPayload::from(key_object)).await?;
        let stored = self.objects.head(&seal.name.path()).await?;
        if stored.size != seal.written_bytes {
            return Err(VaultError::NotThatObject("the sealed file has another length than was written"));
        }
        Ok(SealedFile {
            id: seal.id,
            identity: seal.identity,
            size_bytes: seal.size_bytes,
            plaintext_sha256: seal.plaintext.finalize().into(),
            ciphertext_bytes: seal.written_bytes,
            ciphertext_sha256: seal.ciphertext.finalize().into(),
            header_bytes: seal.header_bytes,
            header_mac: seal.header_mac,
        })
    }
}

impl FileSeal {
    /// Adds plaintext; writes a part whenever one is full.
    pub async fn update(&mut self, plaintext: &[u8]) -> Result<(), VaultError> {
        for piece in plaintext.chunks(256 * 1024) {
            self.plaintext.update(piece);
            self.size_bytes += piece.len() as u64;
            let before = self.pending.len();
            self.sealer.update(piece, &mut self.pending);
            if before == self.pending.len() {
                continue;
            }
            if let Some(parts) = &mut self.parts
                && self.pending.len() >= self.part_bytes
            {
                // Every part but the last has the same size: some stores insist on it.
                let rest = self.pending.split_off(self.part_bytes);
                let part = std::mem::replace(&mut self.pending, Vec::with_capacity(self.part_bytes + 512 * 1024));
                self.pending.extend_from_slice(&rest);
                self.ciphertext.update(&part);
                self.written_bytes += part.len() as u64;
                parts.put_part(PutPayload::from(part)).await?;
            }
        }
        Ok(())
    }

    /// Gives up: nothing of this pass stays.
    pub async fn abort(mut self) {
        if let Some(parts) = &mut self.parts
            && let Err(error) = parts.abort().await
        {
            tracing::warn!(%error, object = self.name.as_str(), "an unfinished object could not be aborted");
        }
    }
}
