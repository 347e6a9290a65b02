//! Our own ids: 128 random bits, readable over the phone.
//!
//! Format: 26 characters of lower-case Crockford base32 (no i, l, o, u), most significant first; one canonical form.

use std::fmt;
use std::str::FromStr;

/// Not 26 characters of our alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of our ids")]
pub struct MalformedOwnId;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

fn write(bytes: [u8; 16], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let number = u128::from_be_bytes(bytes);
    for place in (0..LENGTH).rev() {
        let digit = (number >> (5 * place)) & 31;
        write!(formatter, "{}", char::from(ALPHABET[usize::try_from(digit).unwrap_or_default()]))?;
    }
    Ok(())
}

fn read(text: &str) -> Result<[u8; 16], MalformedOwnId> {
    let bytes = text.as_bytes();
    // 26 characters hold 130 bits: the first may only use its lowest three.
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return Err(MalformedOwnId);
    }
    let mut number = 0_u128;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|letter| letter == byte).ok_or(MalformedOwnId)?;
        number = number << 5 | digit as u128;
    }
    Ok(number.to_be_bytes())
}

macro_rules! own_id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new id from 16 random bytes.
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, formatter)
            }
        }

        impl FromStr for $name {
            type Err = MalformedOwnId;

            fn from_str(text: &str) -> Result<Self, MalformedOwnId> {
                read(text).map(Self)
            }
        }
    };
}

own_id!(FileRequestId, "A file request; the public half of a customer's link.");
own_id!(LinkId, "One link, with a secret of its own.");
own_id!(UploadId, "An upload.");
own_id!(SecureFileId, "A sealed file; also the name of its object.");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_range_read_back() {
        assert_eq!(UploadId::from_random([0; 16]).to_string(), "0".repeat(26));
        assert_eq!(UploadId::from_random([255; 16]).to_string(), format!("7{}", "z".repeat(25)));
        for text in ["", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000O", "0000000000000000000000000i"] {
            assert!(text.parse::<UploadId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_id_reads_back(bytes: [u8; 16]) {
            let id = SecureFileId::from_random(bytes);
            prop_assert_eq!(id.to_string().parse::<SecureFileId>().unwrap(), id);
        }

        #[test]
        fn what_reads_is_canonical(text in "[0-9a-z]{26}") {
            if let Ok(id) = text.parse::<UploadId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
