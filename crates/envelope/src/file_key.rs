//! The 128-bit key of one age file, and the two keys that come from it.
//!
//! Format: c2sp.org/age, "File key", "Header MAC", "Payload".
//! Invariants: a file key is drawn by the [`crate::Sealer`] or unwrapped from a header, nothing else makes one, and
//! only the sealer that drew it can seal with it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::aead::AeadKey;
use crate::derive::derive_key;

/// Unwrapped from a header whose MAC was right. Zeroized on drop; no `Debug`.
pub struct FileKey {
    bytes: Zeroizing<[u8; 16]>,
}

impl FileKey {
    pub(crate) fn new(bytes: Zeroizing<[u8; 16]>) -> Self {
        Self { bytes }
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    pub(crate) fn payload_key(&self, nonce: &[u8; 16]) -> AeadKey {
        AeadKey::new(&derive_key(self.bytes.as_ref(), nonce, b"payload"))
    }

    pub(crate) fn header_mac(&self, header_up_to_mark: &[u8]) -> [u8; 32] {
        self.header_hmac(header_up_to_mark).finalize().into_bytes().into()
    }

    /// In constant time.
    pub(crate) fn verifies(&self, header_up_to_mark: &[u8], mac: &[u8; 32]) -> bool {
        self.header_hmac(header_up_to_mark).verify_slice(mac).is_ok()
    }

    fn header_hmac(&self, header_up_to_mark: &[u8]) -> Hmac<Sha256> {
        let key = derive_key(self.bytes.as_ref(), &[], b"header");
        let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes a key of any length");
        hmac.update(header_up_to_mark);
        hmac
    }
}
