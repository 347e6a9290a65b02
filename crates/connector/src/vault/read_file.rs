//! Reading a stored file: any range, only after the object proved to be the one that the row describes.
//!
//! Invariants: length, header MAC and the last chunk are checked before the first plaintext byte; of an altered chunk no
//! byte leaves.

use std::ops::Range;

use bytes::Bytes;
use envelope::{Header, Identity, RangeOpener, RangeReader, SeekPlan};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use subtle::ConstantTimeEq as _;

use super::{ObjectName, Vault, VaultError};

/// How much is fetched at once; it doubles from one chunk up to this, so that a small range answers early.
const MOST_AT_ONCE: u64 = 1024 * 1024;
const FIRST_AT_ONCE: u64 = 65_552;

/// What the database says about an object.
pub struct StoredFile {
    pub name: ObjectName,
    pub ciphertext_bytes: u64,
    pub header_bytes: u64,
    pub header_mac: [u8; 32],
    pub size_bytes: u64,
}

/// A range of a stored file, piece by piece.
pub struct FileReader {
    vault: Vault,
    path: Path,
    reader: Option<RangeReader>,
    to_fetch: Range<u64>,
    at_once: u64,
}

impl Vault {
    /// Proves that the object is the one that was sealed.
    ///
    /// # Errors
    /// [`VaultError::NotThatObject`] or [`VaultError::Open`] for a planted, swapped, truncated or rolled-back object.
    pub async fn open_file(&self, file: &StoredFile, identity: &Identity) -> Result<OpenedFile, VaultError> {
        let path = file.name.path();
        let plan = SeekPlan::new(file.header_bytes, file.ciphertext_bytes)?;
        if plan.plaintext_len() != file.size_bytes {
            return Err(VaultError::NotThatObject("the row does not agree with itself"));
        }
        let stored = match self.objects.head(&path).await {
            Err(object_store::Error::NotFound { .. }) => return Err(VaultError::NotThatObject("the object is gone")),
            other => other?,
        };
        if stored.size != file.ciphertext_bytes {
            return Err(VaultError::NotThatObject("the object has another length"));
        }
        let nonce = plan.nonce_range();
        let start = self.objects.get_range(&path, 0..nonce.end).await?;
        let header_len = usize::try_from(file.header_bytes).unwrap_or(usize::MAX);
        let parsed = Header::parse(start.get(..header_len).unwrap_or_default())?
            .ok_or(VaultError::NotThatObject("the header is not whole"))?;
        if parsed.header_len as u64 != file.header_bytes || !bool::from(parsed.header.mac().ct_eq(&file.header_mac)) {
            return Err(VaultError::NotThatObject("the header is another one"));
        }
        let file_key = parsed.header.open(identity)?;
        let last = self.objects.get_range(&path, plan.last_chunk_range()).await?;
        let nonce = start
            .get(header_len..)
            .and_then(|nonce| nonce.try_into().ok())
            .ok_or(VaultError::NotThatObject("the payload has no nonce"))?;
        let opener = plan.authenticate_last(&file_key, nonce, &last)?;
        Ok(OpenedFile { vault: self.clone(), path, opener })
    }
}

/// A stored file that proved to be itself.
pub struct OpenedFile {
    vault: Vault,
    path: Path,
    opener: RangeOpener,
}

impl OpenedFile {
    /// Reads `range` of the plaintext.
    pub fn read(&self, range: Range<u64>) -> Result<FileReader, VaultError> {
        let reader = self.opener.read(range)?;
        let to_fetch = reader.ciphertext_range();
        Ok(FileReader {
            vault: self.vault.clone(),
            path: self.path.clone(),
            reader: Some(reader),
            to_fetch,
            at_once: FIRST_AT_ONCE,
        })
    }
}

impl FileReader {
    /// The next piece of plaintext; `None` when all of the range was given.
    pub async fn next(&mut self) -> Result<Option<Bytes>, VaultError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        while !self.to_fetch.is_empty() {
            let end = self.to_fetch.end.min(self.to_fetch.start + self.at_once);
            let ciphertext = self.vault.objects.get_range(&self.path, self.to_fetch.start..end).await?;
            self.to_fetch.start = end;
            self.at_once = (self.at_once * 2).min(MOST_AT_ONCE);
            let mut plaintext = Vec::new();
            reader.update(&ciphertext, &mut plaintext)?;
            if !plaintext.is_empty() {
                return Ok(Some(plaintext.into()));
            }
        }
        if let Some(reader) = self.reader.take() {
            reader.finish()?;
        }
        Ok(None)
    }
}
