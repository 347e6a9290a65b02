//! The connector's own keys: which is current, which are retired, and what each opens.
//!
//! Separate because the current key alone seals, while every key still held opens: that is what makes rotation quiet.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{FileIdentity, Identity, MalformedKey, OpenError, Recipient, SealError, cell, open_whole};

/// A short name for a key, made from its public half. Safe to store and to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KeyId::LEN]);

impl KeyId {
    pub(crate) const LEN: usize = 8;

    /// The id of the key whose public half is `recipient`.
    pub fn of(recipient: &Recipient) -> Self {
        let digest = Sha256::new().chain_update(b"casegate/key-id/v1").chain_update(recipient.as_bytes()).finalize();
        Self(*digest.first_chunk().expect("a digest is longer than a key id"))
    }

    /// The id of the key that a sealed cell names: not the current one means that rotation has yet to reseal it.
    pub fn of_cell(cell: &[u8]) -> Result<Self, OpenError> {
        cell::key_id(cell)
    }

    pub(crate) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// 16 lower-case hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for KeyId {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        const REFUSED: MalformedKey = MalformedKey { reason: "a key id is 16 lower-case hexadecimal digits" };
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 2 * Self::LEN || !text.bytes().all(is_digit) {
            return Err(REFUSED);
        }
        u64::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| REFUSED)
    }
}

/// The keys at hand. No `Debug`; every secret is zeroized on drop.
pub struct Keyring {
    /// The current key first.
    keys: Vec<HeldKey>,
}

struct HeldKey {
    id: KeyId,
    identity: Identity,
    cell_key: Zeroizing<[u8; 32]>,
}

impl HeldKey {
    fn new(identity: Identity) -> Self {
        Self { id: KeyId::of(&identity.recipient()), cell_key: cell::cell_key(&identity), identity }
    }
}

impl Keyring {
    /// `current` seals; all of them open. A retired key that is also the current one counts once.
    pub fn new(current: Identity, retired: Vec<Identity>) -> Self {
        let mut keys = vec![HeldKey::new(current)];
        for key in retired.into_iter().map(HeldKey::new) {
            if keys.iter().all(|held| held.id != key.id) {
                keys.push(key);
            }
        }
        Self { keys }
    }

    /// The key that seals.
    pub fn current_id(&self) -> KeyId {
        self.current().id
    }

    /// What new key objects are sealed to, besides the recovery recipients.
    pub fn current_recipient(&self) -> Recipient {
        self.current().identity.recipient()
    }

    /// Every key held, the current one first.
    pub fn key_ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.id)
    }

    /// Opens a key object with whichever key fits.
    pub fn open_key_object(&self, object: &[u8]) -> Result<FileIdentity, OpenError> {
        self.open_key_object_as(object).map(|(identity, _)| identity)
    }

    /// The same, also telling which key it was: not the current one means that rotation has yet to rewrite it.
    pub fn open_key_object_as(&self, object: &[u8]) -> Result<(FileIdentity, KeyId), OpenError> {
        for key in &self.keys {
            match open_whole(&key.identity, object) {
                Err(OpenError::NoMatch) => {}
                Err(error) => return Err(error),
                Ok(plaintext) => return Ok((FileIdentity::from_plaintext(&plaintext)?, key.id)),
            }
        }
        Err(OpenError::NoMatch)
    }

    /// Seals one database cell. `context` is `table/row/column`; the cell opens nowhere else.
    pub fn seal_cell(
        &self,
        context: &str,
        plaintext: &[u8],
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Vec<u8>, SealError> {
        cell::seal(&self.current().cell_key, self.current().id, context, plaintext, fill)
    }

    /// Opens a cell where it was sealed.
    ///
    /// # Errors
    /// `UnknownKey` names the key that would open it; `Altered` also when it was moved to another row or column.
    pub fn open_cell(&self, context: &str, cell: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let id = cell::key_id(cell)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or(OpenError::UnknownKey(id))?;
        cell::open(&key.cell_key, context, cell)
    }

    fn current(&self) -> &HeldKey {
        self.keys.first().expect("a keyring is made with a current key")
    }
}
