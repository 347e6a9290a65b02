//! One recipient's wrapped file key, as it stands in a header.
//!
//! Format: c2sp.org/age, "Recipient stanza", "X25519 recipient stanza".
//! Invariants: an X25519 stanza is checked in full when it is read, whoever it is addressed to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::aead::{AeadKey, TAG_LEN};
use crate::derive::derive_key;
use crate::file_key::FileKey;
use crate::{Identity, OpenError, Recipient};

pub(crate) enum Stanza {
    X25519 {
        share: [u8; 32],
        body: [u8; WRAPPED_LEN],
    },
    /// Must be alone in its header; this crate has no passphrases, so it never opens one.
    Scrypt,
    /// Another recipient type, or grease. Ignored, as the specification demands.
    Other,
}

/// A file key and its tag.
const WRAPPED_LEN: usize = 16 + TAG_LEN;
/// Every wrap key is used once, for one file key.
const WRAP_NONCE: [u8; 12] = [0; 12];

impl Stanza {
    /// `arguments` is the argument line without `-> `, `body` the decoded body.
    pub(crate) fn read(arguments: &str, body: &[u8]) -> Result<Self, OpenError> {
        let mut arguments = arguments.split(' ');
        match arguments.next() {
            Some("X25519") => {
                let (Some(share), None) = (arguments.next(), arguments.next()) else {
                    return Err(OpenError::Malformed("an X25519 stanza needs exactly one share"));
                };
                let share = decode_exactly(share.as_bytes())
                    .ok_or(OpenError::Malformed("an X25519 share must be 32 bytes in canonical base64"))?;
                // The length is checked before decryption: a longer file key would allow partitioning oracles.
                let body = body.try_into().map_err(|_| OpenError::Malformed("an X25519 body must be 32 bytes"))?;
                Ok(Self::X25519 { share, body })
            }
            Some("scrypt") => Ok(Self::Scrypt),
            _ => Ok(Self::Other),
        }
    }

    /// `None` when it is addressed to somebody else.
    ///
    /// # Errors
    /// A low-order share is a hard error: the shared secret would be known to everybody.
    pub(crate) fn unwrap_with(&self, identity: &Identity) -> Result<Option<FileKey>, OpenError> {
        let Self::X25519 { share, body } = self else { return Ok(None) };
        let shared = identity.agree(*share);
        if !shared.was_contributory() {
            return Err(OpenError::Malformed("a low-order X25519 share"));
        }
        let key = wrap_key(shared.as_bytes(), share, &identity.recipient());
        let (wrapped, tag) = body.split_first_chunk::<16>().expect("the body is longer than a file key");
        let tag = tag.try_into().expect("the rest of the body is the tag");
        let mut file_key = Zeroizing::new([0; 16]);
        Ok(key.open(WRAP_NONCE, wrapped, tag, file_key.as_mut()).then(|| FileKey::new(file_key)))
    }
}

/// Appends the stanza that wraps `file_key` for `recipient`. `ephemeral` must be fresh for this stanza.
pub(crate) fn write_x25519(
    file_key: &FileKey,
    recipient: &Recipient,
    ephemeral: Zeroizing<[u8; 32]>,
    header: &mut String,
) {
    let ephemeral = StaticSecret::from(*ephemeral);
    let share = PublicKey::from(&ephemeral).to_bytes();
    let shared = ephemeral.diffie_hellman(&PublicKey::from(*recipient.as_bytes()));
    let key = wrap_key(shared.as_bytes(), &share, recipient);
    let mut body = [0; WRAPPED_LEN];
    let (wrapped, tag) = body.split_at_mut(16);
    tag.copy_from_slice(&key.seal(WRAP_NONCE, file_key.as_bytes(), wrapped));

    header.push_str("-> X25519 ");
    STANDARD_NO_PAD.encode_string(share, header);
    header.push('\n');
    // 43 columns, so the first body line is already the short, final one.
    STANDARD_NO_PAD.encode_string(body, header);
    header.push('\n');
}

/// Canonical, unpadded base64 of exactly 32 bytes.
pub(crate) fn decode_exactly(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 43 {
        return None;
    }
    STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn wrap_key(shared: &[u8; 32], share: &[u8; 32], recipient: &Recipient) -> AeadKey {
    let mut salt = [0; 64];
    salt[..32].copy_from_slice(share);
    salt[32..].copy_from_slice(recipient.as_bytes());
    AeadKey::new(&derive_key(shared, &salt, b"age-encryption.org/v1/X25519"))
}
