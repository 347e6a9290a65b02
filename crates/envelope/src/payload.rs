//! The shape of a payload: a nonce, then chunks of 64 KiB with a tag each, the last one marked.
//!
//! Separate because sealing, opening and seeking must count alike; arithmetic only, no keys.
//!
//! Format: c2sp.org/age, "Payload".
//! Units: bytes; chunk numbers count from 0.

use crate::aead::TAG_LEN;

/// Plaintext bytes of every chunk but the last.
pub const CHUNK_LEN: usize = 64 * 1024;
/// The same chunk sealed.
pub const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;
/// What the payload starts with.
pub const NONCE_LEN: usize = 16;

/// Length of the whole file sealed from `plaintext_len` bytes under a header of `header_len` bytes.
///
/// Saturates: a plaintext near `u64::MAX` cannot exist.
pub fn ciphertext_length(header_len: u64, plaintext_len: u64) -> u64 {
    // An empty file still has one (empty) chunk.
    let chunks = plaintext_len.div_ceil(CHUNK_LEN as u64).max(1);
    let tags = chunks.saturating_mul(TAG_LEN as u64);
    header_len.saturating_add(NONCE_LEN as u64).saturating_add(plaintext_len).saturating_add(tags)
}

/// Whether a chunk is the one that ends the file. Sealed under different nonces, so neither passes for the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Middle,
    Last,
}

/// 11 bytes of big-endian counter, one byte of flag.
pub(crate) fn chunk_nonce(number: u64, place: Place) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(place == Place::Last);
    nonce
}
