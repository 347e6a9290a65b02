//! Keys made from keys: HKDF-SHA-256 with a 32-byte result, the only derivation age uses.
//!
//! Format: RFC 5869; c2sp.org/age, "Conventions used in this document".

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

pub(crate) fn derive_key(key_material: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), key_material)
        .expand(info, key.as_mut())
        .expect("32 bytes is within HKDF's limit of 255 blocks");
    key
}
