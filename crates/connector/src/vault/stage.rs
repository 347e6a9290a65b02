//! Staging: a run of an upload's bytes becomes one complete age file of its own.
//!
//! Invariant: the sealer never outlives the request that feeds it; a segment is written once, whole.

use envelope::{Recipient, Sealer};
use object_store::{ObjectStoreExt as _, PutPayload};
use secure_files::SEGMENT_MAX_BYTES;
use sha2::{Digest as _, Sha256};

use super::{ObjectName, Vault, VaultError};

/// A segment that is being collected.
pub struct SegmentSeal {
    sealer: Sealer,
    digest: Sha256,
    length_bytes: u64,
    ciphertext: Vec<u8>,
    header_mac: [u8; 32],
}

/// A segment that waits to be written.
pub struct SealedSegment {
    pub length_bytes: u64,
    pub plaintext_sha256: [u8; 32],
    pub header_mac: [u8; 32],
    ciphertext: Vec<u8>,
}

impl SealedSegment {
    pub fn ciphertext_bytes(&self) -> u64 {
        self.ciphertext.len() as u64
    }
}

impl SegmentSeal {
    /// Takes what fits and returns the rest; a full segment takes nothing.
    pub fn update<'a>(&mut self, plaintext: &'a [u8]) -> &'a [u8] {
        let room = usize::try_from(SEGMENT_MAX_BYTES - self.length_bytes).unwrap_or(usize::MAX);
        let (taken, rest) = plaintext.split_at(plaintext.len().min(room));
        self.digest.update(taken);
        self.sealer.update(taken, &mut self.ciphertext);
        self.length_bytes += taken.len() as u64;
        rest
    }

    pub fn is_full(&self) -> bool {
        self.length_bytes == SEGMENT_MAX_BYTES
    }

    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    pub fn finish(mut self) -> SealedSegment {
        self.sealer.finish(&mut self.ciphertext);
        SealedSegment {
            length_bytes: self.length_bytes,
            plaintext_sha256: self.digest.finalize().into(),
            header_mac: self.header_mac,
            ciphertext: self.ciphertext,
        }
    }
}

impl Vault {
    /// Begins a segment under a key of its own, sealed to the upload's staging identity.
    pub fn begin_segment(&self, staging: &Recipient) -> Result<SegmentSeal, VaultError> {
        let (sealer, ciphertext) = Sealer::new(std::slice::from_ref(staging), &mut |out| self.randomness.fill(out))?;
        let header_mac = sealer.header_mac();
        Ok(SegmentSeal { sealer, digest: Sha256::new(), length_bytes: 0, ciphertext, header_mac })
    }

    /// Durable when it returns. The name must have been recorded as pending before.
    pub async fn put_segment(&self, name: &ObjectName, segment: SealedSegment) -> Result<(), VaultError> {
        self.objects.put(&name.path(), PutPayload::from(segment.ciphertext)).await?;
        Ok(())
    }
}
