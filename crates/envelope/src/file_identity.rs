//! The identity made for one stored file alone, and the small object that carries it.
//!
//! Separate because this is what rotation rewrites and erasure destroys, while the file itself is never touched.
//!
//! Format: the key object is an age file whose plaintext is the identity's text and one LF, so that the stock tool
//! opens any file without us: `age -d -i recovery.key ID.G.key.age > id.key && age -d -i id.key ID.age > file`.

use zeroize::Zeroizing;

use crate::{Identity, OpenError, Recipient, SealError, seal_whole};

/// One file's own identity. Destroy every copy, and the file is erased.
pub struct FileIdentity {
    identity: Identity,
}

impl FileIdentity {
    /// For one new file.
    pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> Result<Self, SealError> {
        Ok(Self { identity: Identity::generate(fill)? })
    }

    /// What the file is sealed to.
    pub fn recipient(&self) -> Recipient {
        self.identity.recipient()
    }

    /// What opens the file.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A new generation of the key object, for the connector's current key and every recovery recipient.
    pub fn key_object(
        &self,
        current: &Recipient,
        recovery: &[Recipient],
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Vec<u8>, SealError> {
        let recipients: Vec<_> = std::iter::once(current).chain(recovery).cloned().collect();
        seal_whole(&recipients, self.to_plaintext().as_bytes(), fill)
    }

    fn to_plaintext(&self) -> Zeroizing<String> {
        let text = self.identity.to_text();
        let mut plaintext = Zeroizing::new(String::with_capacity(text.len() + 1));
        plaintext.push_str(&text);
        plaintext.push('\n');
        plaintext
    }

    pub(crate) fn from_plaintext(plaintext: &[u8]) -> Result<Self, OpenError> {
        std::str::from_utf8(plaintext)
            .ok()
            .and_then(|text| text.strip_suffix('\n'))
            .and_then(|text| Identity::parse(text).ok())
            .map(|identity| Self { identity })
            .ok_or(OpenError::Malformed("the key object holds something else than one identity"))
    }
}
