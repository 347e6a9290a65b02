//! Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum that survives lost case.
//!
//! Format: for each block of five characters, bit i of an index into `A`-`Z`, `0`-`5` says whether character i is
//! upper-case. Held as 18 characters always.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A record id in its 18-character form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 18]);

/// Not a record id: wrong length, a foreign character, or a checksum that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a Salesforce record id")]
pub struct MalformedRecordId;

const CHECKSUM_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

impl RecordId {
    /// Reads 15 or 18 characters.
    pub fn parse(text: &str) -> Result<Self, MalformedRecordId> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 15 | 18) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(MalformedRecordId);
        }
        let mut id = [0; 18];
        id[..15].copy_from_slice(&bytes[..15]);
        for block in 0..3 {
            let index = (0..5).filter(|i| id[block * 5 + i].is_ascii_uppercase()).fold(0, |bits, i| bits | 1 << i);
            id[15 + block] = CHECKSUM_ALPHABET[index];
        }
        if bytes.len() == 18 && bytes[15..] != id[15..] {
            return Err(MalformedRecordId);
        }
        Ok(Self(id))
    }

    /// All 18 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("parse admits ASCII only")
    }

    /// The three characters that tell the object, `500` for a Case.
    pub fn key_prefix(&self) -> &str {
        &self.as_str()[..3]
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RecordId {
    type Err = MalformedRecordId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_documented_ids_are_reproduced() {
        // From Salesforce's documentation and help pages.
        for (short, long) in [
            ("001D000000IqhSL", "001D000000IqhSLIAZ"),
            ("001D000000INjVe", "001D000000INjVeIAL"),
            ("00B300000000000", "00B300000000000EAA"),
            ("500000000000001", "500000000000001AAA"),
        ] {
            assert_eq!(RecordId::parse(short).unwrap().as_str(), long);
            assert_eq!(RecordId::parse(long).unwrap().as_str(), long);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "500",
            "500000000000001AAB",
            "50000000000000'",
            "500000000000001AA",
            "5000000000000ö",
            "001d000000iqhslIAZ",
        ] {
            assert_eq!(RecordId::parse(bad), Err(MalformedRecordId), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_18_characters_of_any_id_parse_back_to_it(text in "[0-9A-Za-z]{15}") {
            let id = RecordId::parse(&text).unwrap();
            proptest::prop_assert_eq!(RecordId::parse(id.as_str()).unwrap(), id);
            proptest::prop_assert_eq!(&id.as_str()[..15], text.as_str());
        }
    }
}
