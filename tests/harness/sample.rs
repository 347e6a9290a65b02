//! Files that customers send: bytes that do not repeat, with a marker planted every few KiB, so that a leak shows
//! wherever it is.

use sha2::{Digest as _, Sha256};

#[derive(Clone, Debug)]
pub struct Sample {
    pub name: String,
    pub bytes: bytes::Bytes,
}

/// How far apart markers are.
const EVERY: usize = 3_000;

impl Sample {
    /// `marker` is the world's own: see [`Casegate::sample`](crate::Casegate::sample).
    pub(crate) fn with_marker(name: &str, size: usize, marker: &str) -> Self {
        let mut bytes = Vec::with_capacity(size + 64);
        let mut next_marker = 0;
        let mut block = 0_u64;
        while bytes.len() < size {
            if bytes.len() >= next_marker {
                bytes.extend_from_slice(marker.as_bytes());
                next_marker += EVERY;
            }
            bytes.extend_from_slice(&Sha256::new().chain_update(name).chain_update(block.to_be_bytes()).finalize());
            block += 1;
        }
        bytes.truncate(size);
        Self { name: name.to_owned(), bytes: bytes.into() }
    }

    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
