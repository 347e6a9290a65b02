//! Salesforce record ids: 15 case-sensitive base-62 characters, or 18 with a checksum that survives case folding.
//!
//! Invariants: a `RecordId` was checksum-verified when it came as 18 characters; it is always shown as 18.

use std::fmt;

use crate::lies::{self, Lie};

/// One record's id. Ordered by its 15 characters, which is what an Org compares.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 15]);

impl RecordId {
    /// Accepts 15 or 18 characters; `None` for anything else or a wrong checksum.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 15 | 18) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut core = [0; 15];
        core.copy_from_slice(&bytes[..15]);
        let id = Self(core);
        // The suffix itself is case-insensitive on input: its whole purpose is to survive case folding.
        let ends_in = |suffix: [u8; 3]| bytes.len() == 15 || bytes[15..].eq_ignore_ascii_case(&suffix);
        (ends_in(id.checksum()) || ends_in(id.shown_checksum())).then_some(id)
    }

    /// The `number`th id under a key prefix: the same in every Org that was seeded alike, and of mixed case.
    pub fn numbered(prefix: &str, number: u64) -> Self {
        const SPACE: u128 = 62 * 62 * 62 * 62 * 62 * 62;
        // Coprime to 62^6, so different numbers give different ids.
        const STEP: u128 = 15_485_863;
        let mut rest = (u128::from(number) * STEP) % SPACE;
        let mut core = *b"000Hs0000000000";
        core[..3].copy_from_slice(&prefix.as_bytes()[..3]);
        for place in core[9..].iter_mut().rev() {
            *place = BASE62[usize::try_from(rest % 62).expect("a remainder below 62 fits")];
            rest /= 62;
        }
        Self(core)
    }

    /// The three characters that tell the object.
    pub fn prefix(&self) -> &str {
        std::str::from_utf8(&self.0[..3]).expect("ids are ASCII")
    }

    /// The 15-character form, used inside tokens.
    pub fn short(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are ASCII")
    }

    /// What is shown is also read, so that an Org that lies about checksums still knows its own records.
    fn shown_checksum(&self) -> [u8; 3] {
        let mut suffix = self.checksum();
        if lies::is_told(Lie::WrongChecksum) {
            suffix[0] = if suffix[0] == b'A' { b'B' } else { b'A' };
        }
        suffix
    }

    fn checksum(&self) -> [u8; 3] {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
        let mut suffix = [0; 3];
        for (block, letter) in self.0.chunks(5).zip(&mut suffix) {
            let bits = block
                .iter()
                .enumerate()
                .fold(0, |bits, (place, byte)| if byte.is_ascii_uppercase() { bits | (1 << place) } else { bits });
            *letter = LETTERS[bits];
        }
        suffix
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl fmt::Display for RecordId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = self.shown_checksum();
        write!(out, "{}{}", self.short(), std::str::from_utf8(&suffix).expect("suffixes are ASCII"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lengths_are_one_id() {
        let id = RecordId::parse("00Dxx0000001gER").unwrap();
        assert_eq!(id.to_string(), "00Dxx0000001gEREAY");
        assert_eq!(RecordId::parse("00Dxx0000001gEREAY"), Some(id));
    }

    #[test]
    fn a_wrong_checksum_is_refused() {
        assert_eq!(RecordId::parse("00Dxx0000001gEREAX"), None);
        assert_eq!(RecordId::parse("00Dxx0000001gE"), None);
        assert_eq!(RecordId::parse("00Dxx0000001g-R"), None);
    }

    #[test]
    fn numbered_ids_differ_and_mix_their_case() {
        let ids: std::collections::BTreeSet<_> = (0..5_000).map(|n| RecordId::numbered("500", n)).collect();
        assert_eq!(ids.len(), 5_000);
        assert!(ids.iter().all(|id| id.prefix() == "500" && RecordId::parse(&id.to_string()) == Some(*id)));
        assert!(ids.iter().filter(|id| !id.to_string().ends_with("IAA")).count() > 4_000);
    }
}
