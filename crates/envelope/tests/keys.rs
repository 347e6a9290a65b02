//! The text forms of keys, identity files and key ids: one text per key, everything else refused.

use std::str::FromStr;

use envelope::{Identity, KeyId, Recipient, SealError};
use proptest::prelude::*;

use crate::fixtures::{an_identity, randomness};

/// The pair of the specification: 32 bytes of 0x42.
const IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const RECIPIENT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

#[test]
fn the_pair_of_the_specification_is_read_and_written() {
    let identity = Identity::parse(IDENTITY).unwrap();
    assert_eq!(identity.to_text().as_str(), IDENTITY);
    assert_eq!(identity.recipient().to_string(), RECIPIENT);
    assert_eq!(Recipient::from_str(RECIPIENT).unwrap(), identity.recipient());
    assert_eq!(an_identity(0x42).to_text().as_str(), IDENTITY);
}

proptest! {
    #[test]
    fn every_identity_and_its_recipient_survive_their_text(bytes: [u8; 32]) {
        let identity = Identity::from_bytes(bytes);
        let again = Identity::parse(&identity.to_text()).unwrap();
        prop_assert_eq!(again.to_text(), identity.to_text());
        prop_assert_eq!(Recipient::parse(&identity.recipient().to_string()).unwrap(), identity.recipient());
    }

    #[test]
    fn a_typing_error_in_a_key_is_noticed(at: prop::sample::Index, wrong in "[a-zA-Z0-9 -]") {
        for text in [IDENTITY, RECIPIENT] {
            let at = at.index(text.len());
            let mistyped = format!("{}{wrong}{}", &text[..at], &text[at + 1..]);
            if mistyped != text {
                prop_assert!(Identity::parse(&mistyped).is_err());
                prop_assert!(Recipient::parse(&mistyped).is_err());
            }
        }
    }
}

#[test]
fn only_the_canonical_text_of_a_key_is_read() {
    for text in [
        IDENTITY.to_lowercase(),
        format!(" {IDENTITY}"),
        format!("{IDENTITY}\n"),
        RECIPIENT.to_owned(),
        String::new(),
        "AGE-SECRET-KEY-1".to_owned(),
        IDENTITY.replace("AGE-SECRET-KEY-", "AGE-SECRET-KEY-PQ-"),
    ] {
        assert!(Identity::parse(&text).is_err(), "{text:?}");
    }
    for text in [RECIPIENT.to_uppercase(), format!("{RECIPIENT} "), IDENTITY.to_owned(), String::new(), "ä".repeat(31)]
    {
        assert!(Recipient::parse(&text).is_err(), "{text:?}");
    }
}

/// A recipient's text with a right checksum around any 32 bytes.
fn recipient_text(bytes: [u8; 32]) -> String {
    bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &bytes).unwrap()
}

#[test]
fn a_recipient_that_everybody_or_nobody_could_open_is_refused() {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let mut low_order = vec![[0; 32], p];
    low_order[0][0] = 1;
    low_order.push([0; 32]);
    low_order.push(
        hex::decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800").unwrap().try_into().unwrap(),
    );
    for bytes in low_order {
        assert!(Recipient::parse(&recipient_text(bytes)).is_err(), "{bytes:x?}");
    }
    // The same point with its unused top bit set, and one written as p + 9: the owner's salt would differ.
    let mut top_bit = [9; 32];
    top_bit[31] |= 0x80;
    let mut above_p = p;
    above_p[0] = 0xed + 9;
    for bytes in [top_bit, above_p] {
        let refused = Recipient::parse(&recipient_text(bytes)).unwrap_err();
        assert_eq!(refused.to_string(), "malformed key: not a canonical Curve25519 point");
    }
    let mut largest = p;
    largest[0] = 0xec - 10;
    assert!(Recipient::parse(&recipient_text(largest)).is_ok());
}

#[test]
fn bech32m_and_stray_padding_bits_are_refused() {
    let with_other_checksum = bech32::encode::<bech32::Bech32m>(bech32::Hrp::parse("age").unwrap(), &[9; 32]).unwrap();
    assert!(Recipient::parse(&with_other_checksum).is_err());
    assert!(Recipient::parse(&recipient_text([9; 32])).is_ok());

    use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};
    let mut data: Vec<_> = [9_u8; 32].into_iter().bytes_to_fes().collect();
    let last = data.last_mut().unwrap();
    *last = bech32::Fe32::try_from(last.to_u8() | 1).unwrap();
    let hrp = bech32::Hrp::parse("age").unwrap();
    let stray: String = data.into_iter().with_checksum::<bech32::Bech32>(&hrp).chars().collect();
    assert!(Recipient::parse(&stray).is_err());
}

#[test]
fn an_identity_file_holds_comments_and_exactly_one_identity() {
    let file = format!("# created: 2026-11-21T12:00:00Z\n# public key: {RECIPIENT}\n{IDENTITY}\n");
    assert_eq!(Identity::parse_file(&file).unwrap().to_text().as_str(), IDENTITY);
    assert_eq!(Identity::parse_file(&file.replace('\n', "\r\n")).unwrap().to_text().as_str(), IDENTITY);
    for bad in ["", "# nothing\n", &format!("{IDENTITY}\n{IDENTITY}\n"), &format!("{RECIPIENT}\n")] {
        assert!(Identity::parse_file(bad).is_err());
    }
}

#[test]
fn a_refused_key_is_never_repeated_in_the_error() {
    let refused = Identity::parse(&IDENTITY[..IDENTITY.len() - 1]).err().unwrap();
    assert!(!format!("{refused} {refused:?}").contains("GFPYY"));
}

#[test]
fn a_generated_identity_takes_its_randomness_from_the_caller() {
    let one = Identity::generate(&mut randomness(1)).unwrap();
    assert_eq!(one.to_text(), Identity::generate(&mut randomness(1)).unwrap().to_text());
    assert_ne!(one.to_text(), Identity::generate(&mut randomness(2)).unwrap().to_text());
    assert_eq!(Identity::generate(&mut |_| ()).err(), Some(SealError::NoRandomness));
}

#[test]
fn a_key_id_survives_its_text_and_differs_by_key() {
    let id = KeyId::of(&an_identity(1).recipient());
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(id.to_string().len(), 16);
    assert_ne!(id, KeyId::of(&an_identity(2).recipient()));
    for bad in ["", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdef0", "+123456789abcdef"] {
        assert!(bad.parse::<KeyId>().is_err(), "{bad}");
    }
}
