//! X25519 keys and their text forms: the identity that opens, the recipient that is sealed to.
//!
//! Separate because these two are all that configuration and operators ever hold.
//!
//! Format: c2sp.org/age, "The X25519 recipient type"; Bech32 of BIP 173, checksum constant 1 only.
//! Invariants: every `Recipient` is canonical and of high order, so sealing to one always yields a file its owner opens.

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};
use bech32::{Bech32, Hrp};
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

use crate::{MalformedKey, SealError, randomness};

/// The secret half: opens what was sealed to its [`Recipient`]. Zeroized on drop; no `Debug`, no `Display`, no `Clone`.
///
/// ```compile_fail,E0277
/// # fn show(identity: envelope::Identity) {
/// println!("{:?}", identity);
/// # }
/// ```
pub struct Identity {
    secret: StaticSecret,
}

impl Identity {
    /// Any 32 bytes are a valid secret; they must be random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self { secret: StaticSecret::from(*bytes) }
    }

    /// A new identity out of 32 bytes of `fill`.
    pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> Result<Self, SealError> {
        let bytes: Zeroizing<[u8; 32]> = randomness::draw(fill)?;
        Ok(Self { secret: StaticSecret::from(*bytes) })
    }

    /// Reads `AGE-SECRET-KEY-1…`: exactly that, upper case, nothing around it.
    pub fn parse(text: &str) -> Result<Self, MalformedKey> {
        let bytes = decode(text, IDENTITY_PREFIX, MalformedKey { reason: "not an AGE-SECRET-KEY-1… identity" })?;
        let identity = Self { secret: StaticSecret::from(*bytes) };
        // Bech32 has several texts for the same bytes (lower case, stray padding bits). One text per key, or refuse.
        if identity.to_text().as_str() == text {
            Ok(identity)
        } else {
            Err(MalformedKey { reason: "not the canonical, upper-case text of an identity" })
        }
    }

    /// Reads an identity file as `age-keygen` writes it: blank lines, `#` comments and exactly one identity.
    pub fn parse_file(text: &str) -> Result<Self, MalformedKey> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        match (lines.next(), lines.next()) {
            (Some(line), None) => Self::parse(line),
            (None, _) => Err(MalformedKey { reason: "the file holds no identity" }),
            (Some(_), Some(_)) => Err(MalformedKey { reason: "the file holds more than one identity" }),
        }
    }

    /// `AGE-SECRET-KEY-1…`, as the stock tools read it.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Written into one allocation of the full length, so no half of the secret stays behind in freed memory.
        let mut text = Zeroizing::new(String::with_capacity(IDENTITY_TEXT_LEN));
        let checked = self.secret.as_bytes().iter().copied().bytes_to_fes();
        for character in checked.with_checksum::<Bech32>(&prefix(IDENTITY_PREFIX)).chars() {
            text.push(character.to_ascii_uppercase());
        }
        text
    }

    /// The half to seal to.
    pub fn recipient(&self) -> Recipient {
        Recipient { key: PublicKey::from(&self.secret) }
    }

    pub(crate) fn agree(&self, share: [u8; 32]) -> SharedSecret {
        self.secret.diffie_hellman(&PublicKey::from(share))
    }

    pub(crate) fn secret_bytes(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }
}

/// The public half: what a file is sealed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipient {
    key: PublicKey,
}

impl Recipient {
    /// Reads `age1…`: exactly that, lower case, nothing around it. Refuses keys that only look like one: low-order
    /// points (anybody opens a file sealed to those) and non-canonical ones (nobody does).
    pub fn parse(text: &str) -> Result<Self, MalformedKey> {
        let bytes = decode(text, RECIPIENT_PREFIX, MalformedKey { reason: "not an age1… recipient" })?;
        if !is_canonical(&bytes) {
            return Err(MalformedKey { reason: "not a canonical Curve25519 point" });
        }
        let recipient = Self { key: PublicKey::from(*bytes) };
        if !StaticSecret::from([0x42; 32]).diffie_hellman(&recipient.key).was_contributory() {
            return Err(MalformedKey { reason: "a low-order Curve25519 point" });
        }
        if recipient.to_string() != text {
            return Err(MalformedKey { reason: "not the canonical, lower-case text of a recipient" });
        }
        Ok(recipient)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked = self.key.as_bytes().iter().copied().bytes_to_fes();
        for character in checked.with_checksum::<Bech32>(&prefix(RECIPIENT_PREFIX)).chars() {
            fmt::Write::write_char(f, character)?;
        }
        Ok(())
    }
}

impl FromStr for Recipient {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        Self::parse(text)
    }
}

const IDENTITY_PREFIX: &str = "age-secret-key-";
const RECIPIENT_PREFIX: &str = "age";
/// Prefix, separator, 52 characters of data, 6 of checksum.
pub(crate) const IDENTITY_TEXT_LEN: usize = 15 + 1 + 52 + 6;

fn prefix(text: &str) -> Hrp {
    Hrp::parse(text).expect("both prefixes are short lower-case ASCII")
}

fn decode(text: &str, expected: &str, other: MalformedKey) -> Result<Zeroizing<[u8; 32]>, MalformedKey> {
    // Before anything else: a hostile text is bounded and a non-ASCII one never reaches the decoder.
    if text.len() > IDENTITY_TEXT_LEN || !text.is_ascii() {
        return Err(other);
    }
    let checked = CheckedHrpstring::new::<Bech32>(text)
        .map_err(|_| MalformedKey { reason: "the Bech32 checksum does not fit: a character was lost or changed" })?;
    if checked.hrp() != prefix(expected) || checked.byte_iter().len() != 32 {
        return Err(other);
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (to, from) in bytes.iter_mut().zip(checked.byte_iter()) {
        *to = from;
    }
    Ok(bytes)
}

/// RFC 7748 reads a point modulo 2^255 − 19 after dropping the top bit, but age hashes the bytes themselves: sealed to
/// any other text of the same point, a file would not open.
fn is_canonical(point: &[u8; 32]) -> bool {
    let all_ones = point[1..31].iter().all(|&byte| byte == 0xff);
    point[31] < 0x7f || (point[31] == 0x7f && !(all_ones && point[0] >= 0xed))
}
