//! Salesforce's record ids, always in their 18-character form.
//!
//! Format: 15 case-sensitive base-62 characters and three that say which of them are capitals: per block of five, bit i
//! is set when character i is `A`–`Z`; the number indexes `A`–`Z0`–`5`
//! (<https://help.salesforce.com/s/articleView?id=000385585>).
//! Invariants: two ids of one record are equal however they were written; ids that differ by case are never equal.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// Not an id of the kind that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Salesforce id of this kind")]
pub struct MalformedId;

const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

fn canonical(text: &str, prefix: &str) -> Result<String, MalformedId> {
    let bytes = text.as_bytes();
    if !matches!(bytes.len(), 15 | 18) || !bytes.iter().all(u8::is_ascii_alphanumeric) || !text.starts_with(prefix) {
        return Err(MalformedId);
    }
    let (id, given) = text.split_at(15);
    let checksum: String = id
        .as_bytes()
        .chunks(5)
        .map(|block| {
            let capitals =
                block.iter().enumerate().map(|(i, byte)| usize::from(byte.is_ascii_uppercase()) << i).sum::<usize>();
            char::from(CHECKSUM[capitals])
        })
        .collect();
    // The checksum carries the case, so it may itself arrive in any case.
    if !given.is_empty() && !given.eq_ignore_ascii_case(&checksum) {
        return Err(MalformedId);
    }
    Ok(format!("{id}{checksum}"))
}

macro_rules! salesforce_id {
    ($name:ident, $prefix:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Accepts 15 or 18 characters; the checksum must fit.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                canonical(text, $prefix).map(Self)
            }

            /// 18 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

salesforce_id!(OrgId, "00D", "A Salesforce organisation.");
salesforce_id!(CaseId, "500", "A Case: all we are allowed to know of it is that a request or a file belongs to it.");
salesforce_id!(UserId, "005", "A user of the Org.");
salesforce_id!(ContactId, "003", "A contact of the Org.");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_id_gets_its_checksum() {
        // Ids from Salesforce's own documentation and samples.
        for (short, long) in [("00D000000000062", "00D000000000062EAA"), ("001D000000IRFma", "001D000000IRFmaIAH")] {
            assert_eq!(canonical(short, &short[..3]).unwrap(), long);
            assert_eq!(canonical(long, &short[..3]).unwrap(), long);
        }
    }

    #[test]
    fn ids_that_differ_by_case_are_different_records() {
        let lower = CaseId::parse("500000000000abc").unwrap();
        let upper = CaseId::parse("500000000000ABC").unwrap();
        assert_ne!(lower, upper);
        assert!(!lower.as_str().eq_ignore_ascii_case(upper.as_str()));
    }

    #[test]
    fn another_kind_a_wrong_checksum_and_nonsense_are_refused() {
        for text in [
            "",
            "500",
            "001000000000abc",
            "500000000000abcAAB",
            "500000000000ab/",
            "500000000000abcAA",
            "５00000000000abc",
        ] {
            assert_eq!(CaseId::parse(text), Err(MalformedId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn both_forms_name_the_same_record(tail in "[0-9A-Za-z]{12}") {
            let short = CaseId::parse(&format!("500{tail}")).unwrap();
            prop_assert_eq!(CaseId::parse(short.as_str()).unwrap(), short.clone());
            prop_assert_eq!(short.as_str().len(), 18);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = OrgId::parse(&text);
        }
    }
}
