//! One sealed database cell, bound to the table, row and column it stands in.
//!
//! Format: version 0x01 (1 byte) ‖ key id (8) ‖ nonce (24) ‖ ciphertext ‖ tag (16), sealed with XChaCha20-Poly1305
//! under HKDF-SHA-256(ikm = X25519 secret of the named key, salt = empty, info = "casegate/cell/v1"). Bound in as
//! associated data: "casegate/cell/v1" ‖ 0x00 ‖ version ‖ key id ‖ context, the context being `table/row/column`.
//! Invariants: a cell opens in its own place only; copied to another row or column it is refused.

use zeroize::Zeroizing;

use crate::aead::{TAG_LEN, open_extended, seal_extended};
use crate::derive::derive_key;
use crate::{Identity, KeyId, OpenError, SealError, randomness};

/// Bytes that a cell is longer than its plaintext.
pub const CELL_OVERHEAD: usize = HEAD_LEN + NONCE_LEN + TAG_LEN;

const LABEL: &[u8] = b"casegate/cell/v1";
const VERSION: u8 = 0x01;
const HEAD_LEN: usize = 1 + KeyId::LEN;
const NONCE_LEN: usize = 24;

/// The cells' key of one identity; also keeps the X25519 secret itself out of the AEAD.
pub(crate) fn cell_key(identity: &Identity) -> Zeroizing<[u8; 32]> {
    derive_key(identity.secret_bytes(), &[], LABEL)
}

pub(crate) fn seal(
    key: &[u8; 32],
    id: KeyId,
    context: &str,
    plaintext: &[u8],
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Vec<u8>, SealError> {
    if !is_place(context) {
        return Err(SealError::MalformedContext);
    }
    let nonce = randomness::draw::<NONCE_LEN>(fill)?;
    let mut cell = Vec::with_capacity(CELL_OVERHEAD + plaintext.len());
    cell.push(VERSION);
    cell.extend_from_slice(id.as_bytes());
    let bound = bound_data(&cell, context);
    cell.extend_from_slice(nonce.as_ref());
    let start = cell.len();
    cell.extend_from_slice(plaintext);
    let tag = seal_extended(key, &nonce, &bound, &mut cell[start..]);
    cell.extend_from_slice(&tag);
    Ok(cell)
}

/// Which key a cell names. Not authentic yet; good for finding the key.
pub(crate) fn key_id(cell: &[u8]) -> Result<KeyId, OpenError> {
    Parts::split(cell).map(|parts| parts.id)
}

pub(crate) fn open(key: &[u8; 32], context: &str, cell: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts = Parts::split(cell)?;
    let mut plaintext = Zeroizing::new(parts.sealed.to_vec());
    if open_extended(key, parts.nonce, &bound_data(parts.head, context), &mut plaintext, *parts.tag) {
        Ok(plaintext)
    } else {
        Err(OpenError::Altered)
    }
}

struct Parts<'a> {
    head: &'a [u8; HEAD_LEN],
    id: KeyId,
    nonce: &'a [u8; NONCE_LEN],
    sealed: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    fn split(cell: &'a [u8]) -> Result<Self, OpenError> {
        let (head, rest) = cell.split_first_chunk::<HEAD_LEN>().ok_or(OpenError::Truncated)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(OpenError::Truncated)?;
        let (sealed, tag) = rest.split_last_chunk().ok_or(OpenError::Truncated)?;
        let [version, id @ ..] = *head;
        if version != VERSION {
            return Err(OpenError::Malformed("a cell of an unknown version"));
        }
        Ok(Self { head, id: KeyId::from_bytes(id), nonce, sealed, tag })
    }
}

/// The context comes last and everything before it has a fixed length, so no two places bind alike.
fn bound_data(head: &[u8], context: &str) -> Vec<u8> {
    [LABEL, &[0], head, context.as_bytes()].concat()
}

/// Three non-empty parts. An empty one is a variable that was never set, and would bind many cells alike.
fn is_place(context: &str) -> bool {
    let mut parts = context.split('/');
    let three = [parts.next(), parts.next(), parts.next()];
    three.iter().all(|part| part.is_some_and(|part| !part.is_empty())) && parts.next().is_none()
}
