//! Names of objects: random, never made from anything a customer said, never reused.

use object_store::path::Path;
use secure_files::SecureFileId;

use crate::randomness::Randomness;

/// The full name of an object in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName(String);

impl ObjectName {
    /// A new staging segment.
    pub fn segment(randomness: &Randomness) -> Self {
        Self(format!("staging/{}.age", SecureFileId::from_random(randomness.bytes())))
    }

    /// The sealed file of an id that was drawn for this pass alone.
    pub fn file(id: SecureFileId) -> Self {
        Self(format!("files/{id}.age"))
    }

    /// The small object that carries the file's own identity.
    pub fn key(id: SecureFileId, generation: i64) -> Self {
        Self(format!("files/{id}.{generation}.key.age"))
    }

    /// A name that the database holds.
    pub fn recorded(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn path(&self) -> Path {
        Path::from(self.0.as_str())
    }
}
