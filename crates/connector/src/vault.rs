//! Where plaintext becomes ciphertext and back; nowhere else.
//!
//! Knows the bucket, the keyring and the recovery recipients; knows no database and no Salesforce.
//!
//! Format: staging/{name}.age and files/{id}.age are age v1 files (c2sp.org/age), files/{id}.{generation}.key.age the
//! small key object of a file.
//! Invariants: a pass has a new key, a new nonce and a new random object name; names are never reused; what the
//! database row says an object must be is checked before the first plaintext byte leaves.
//! Units: bytes.

mod object_name;
mod open_objects;
mod read_file;
mod read_segment;
mod remove;
mod seal_file;
mod stage;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use envelope::{Keyring, OpenError, Recipient, SealError};
use object_store::ObjectStore;

pub use object_name::ObjectName;
pub use open_objects::{ObjectsAt, open_objects};
pub use read_file::{FileReader, OpenedFile, StoredFile};
pub use seal_file::{FileSeal, SealedFile};
pub use stage::{SealedSegment, SegmentSeal};

use crate::randomness::Randomness;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Try again: the bucket is away or refuses for now.
    #[error("the object store did not answer as expected: {0}")]
    Storage(#[from] object_store::Error),
    /// The object is not what the database says it must be. Never release a byte of it.
    #[error("the object is not the one that was sealed: {0}")]
    NotThatObject(&'static str),
    /// A chunk was altered, or the key does not fit.
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("{0}")]
    Seal(#[from] SealError),
    #[error("the object store's folder could not be made durable: {0}")]
    Folder(std::io::Error),
    #[error("the object store url is not usable: {0}")]
    Url(String),
}

/// The bucket and the keys to it.
#[derive(Clone)]
pub struct Vault {
    objects: Arc<dyn ObjectStore>,
    /// Local disk only: where the objects lie, to make deletions durable.
    folder: Option<PathBuf>,
    keyring: Arc<Keyring>,
    recovery: Arc<[Recipient]>,
    randomness: Randomness,
}

impl Vault {
    pub fn new(at: ObjectsAt, keyring: Arc<Keyring>, recovery: Vec<Recipient>, randomness: Randomness) -> Self {
        Self { objects: at.objects, folder: at.folder, keyring, recovery: recovery.into(), randomness }
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub fn objects(&self) -> &dyn ObjectStore {
        &*self.objects
    }

    /// Seals one database cell to its place `table/row/column`; base64, as the store keeps it.
    pub fn seal_cell(&self, context: &str, plaintext: &[u8]) -> Result<String, VaultError> {
        use base64::Engine as _;
        let cell = self.keyring.seal_cell(context, plaintext, &mut |out| self.randomness.fill(out))?;
        Ok(base64::engine::general_purpose::STANDARD.encode(cell))
    }

    pub fn open_cell(&self, context: &str, cell: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, VaultError> {
        use base64::Engine as _;
        let cell = base64::engine::general_purpose::STANDARD
            .decode(cell)
            .map_err(|_| VaultError::NotThatObject("a sealed cell is not base64"))?;
        Ok(self.keyring.open_cell(context, &cell)?)
    }
}
