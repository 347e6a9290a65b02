//! The manifest pins what an upload is: the ordered digests of its segments.
//!
//! Separate because it is computed twice, when the upload is frozen and when it is sealed, and must agree.
//!
//! Format: SHA-256 over, per segment in offset order, start and length as 8 bytes big-endian and the 32-byte digest.

use sha2::{Digest as _, Sha256};

use super::{Staging, StagingError};
use crate::store::segments::{self, SegmentRow};
use crate::store::uploads::UploadRow;
use crate::store::{StoreError, Transaction};

const PAGE: i64 = 500;

/// A digest over segments as they come; the caller checks that they leave no gap.
#[derive(Default)]
pub struct ManifestDigest(Sha256);

impl ManifestDigest {
    pub fn add(&mut self, segment: &SegmentRow) -> Result<(), StoreError> {
        let digest = hex::decode(&segment.plaintext_sha256)
            .map_err(|_| StoreError::Unreadable("segments.plaintext_sha256 is not hex"))?;
        self.0.update(segment.start_offset.to_be_bytes());
        self.0.update(segment.length_bytes.to_be_bytes());
        self.0.update(digest);
        Ok(())
    }

    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

impl Staging {
    /// Reads the segments of an upload in pages; fails when they leave a gap.
    pub(super) async fn manifest_of(&self, tx: &mut Transaction, upload: &UploadRow) -> Result<String, StagingError> {
        let mut digest = ManifestDigest::default();
        let mut offset = 0;
        while offset < upload.size_bytes {
            let page = segments::list_from(tx, &upload.org_id, &upload.id, offset, PAGE).await?;
            if page.is_empty() {
                return Err(StoreError::Unreadable("an upload's segments leave a gap").into());
            }
            for segment in &page {
                if segment.start_offset != offset {
                    return Err(StoreError::Unreadable("an upload's segments leave a gap").into());
                }
                digest.add(segment)?;
                offset += segment.length_bytes;
            }
        }
        Ok(digest.finish())
    }
}
