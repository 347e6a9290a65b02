//! The file the customer sends: bytes that do not compress, under a name that tries every encoder.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use xtask::digest;

pub const NAME: &str = "Größenprotokoll № 1 – “core dump”.bin";

pub struct Sample {
    pub bytes: Bytes,
    pub sha256: String,
}

impl Sample {
    pub fn make(size: usize) -> Self {
        let blocks = (0..u64::try_from(size / 32 + 1).expect("sizes are small"))
            .map(|block| Sha256::digest(block.to_be_bytes()));
        let mut bytes: Vec<u8> = blocks.flatten().collect();
        bytes.truncate(size);
        let sha256 = digest::sha256(&bytes);
        Self { bytes: bytes.into(), sha256 }
    }
}
