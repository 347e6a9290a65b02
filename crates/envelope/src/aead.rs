//! Every AEAD call of this crate: ChaCha20-Poly1305 for age, XChaCha20-Poly1305 for cells.
//!
//! Separate so that the nonce ledger sees each sealing call and none can be added beside it.
//!
//! Format: RFC 8439; the X variant is draft-irtf-cfrg-xchacha.
//! Invariants: `open` leaves the buffer as it was when the tag is wrong, so no altered byte is ever decrypted.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};

pub(crate) const TAG_LEN: usize = 16;

/// A 256-bit ChaCha20-Poly1305 key. Zeroized on drop by the cipher.
pub(crate) struct AeadKey {
    cipher: ChaCha20Poly1305,
    #[cfg(feature = "nonce-ledger")]
    fingerprint: crate::ledger::KeyFingerprint,
}

impl AeadKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: ChaCha20Poly1305::new(key.into()),
            #[cfg(feature = "nonce-ledger")]
            fingerprint: crate::ledger::fingerprint(key),
        }
    }

    /// Seals `from` into `to`, which is as long; the bytes are read once and written once.
    pub(crate) fn seal(&self, nonce: [u8; 12], from: &[u8], to: &mut [u8]) -> [u8; TAG_LEN] {
        #[cfg(feature = "nonce-ledger")]
        crate::ledger::append(self.fingerprint, &nonce);
        self.cipher
            .encrypt_inout_detached(&nonce.into(), &[], pair(from, to))
            .expect("a chunk is far below the cipher's 256 GiB limit")
            .into()
    }

    /// Opens `from` into `to`, which is as long and is left as it was when the tag is wrong.
    #[must_use]
    pub(crate) fn open(&self, nonce: [u8; 12], from: &[u8], tag: [u8; TAG_LEN], to: &mut [u8]) -> bool {
        self.cipher.decrypt_inout_detached(&nonce.into(), &[], pair(from, to), &tag.into()).is_ok()
    }
}

fn pair<'from, 'to>(from: &'from [u8], to: &'to mut [u8]) -> InOutBuf<'from, 'to, u8> {
    InOutBuf::new(from, to).expect("callers hand in two buffers of one length")
}

/// Seals a cell. The 192-bit nonce is random, so one key may seal any number of cells.
pub(crate) fn seal_extended(key: &[u8; 32], nonce: &[u8; 24], bound: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
    #[cfg(feature = "nonce-ledger")]
    crate::ledger::append(crate::ledger::fingerprint(key), nonce);
    XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(nonce.into(), bound, buffer.into())
        .expect("a cell is far below the cipher's 256 GiB limit")
        .into()
}

#[must_use]
pub(crate) fn open_extended(
    key: &[u8; 32],
    nonce: &[u8; 24],
    bound: &[u8],
    buffer: &mut [u8],
    tag: [u8; TAG_LEN],
) -> bool {
    XChaCha20Poly1305::new(key.into()).decrypt_inout_detached(nonce.into(), bound, buffer.into(), &tag.into()).is_ok()
}
