//! One audit event as the bytes of a leaf, and the two hashes that everything else is built of.
//!
//! A leaf outlives the people named in it, so a personal value never enters it: its salted commitment does.
//! Whoever erases the salt and the clear value erases the person, while the tree still verifies.
//!
//! Format: `leaf = 0x01 field*`, fields in ascending order of their encodings' (name, kind, value);
//! `field = kind:u8 name_length:u16 name body`; kind 0 (clear) has the body `value_length:u32 value`,
//! kind 1 (personal) the 32 bytes of [`commitment`]. Text is UTF-8. Hashes: RFC 6962 section 2.1.
//! Invariants: equal sets of fields and salts give equal bytes; different ones give different bytes.
//! Units: lengths in bytes, big-endian.

use sha2::{Digest, Sha256};

/// A SHA-256 digest: of a leaf, of a node, or of a whole tree.
pub type Hash = [u8; 32];

/// The first byte of every leaf, so that a later encoding can be told from this one.
pub const ENCODING_VERSION: u8 = 1;

/// The longest leaf that an entry bundle can carry (C2SP tlog-tiles, "Log entries").
pub const MAX_LEAF_BYTES: usize = 65_535;

const CLEAR: u8 = 0;
const PERSONAL: u8 = 1;

/// One named value of an audit event. It has no `Debug`: the value may be about a person.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    /// The column's name: ours, never a customer's, and shorter than 64 KiB.
    pub name: &'a str,
    /// The value as text; the caller chooses one form per name (UTC, bytes, …) and keeps to it.
    pub value: &'a str,
    /// Whether the value is about a person, and so enters the leaf as a commitment only.
    pub personal: bool,
}

/// The canonical bytes of an event. The order in which the caller lists the fields does not matter.
///
/// `salt` must be drawn anew for each event: with a shared salt, equal values would show as equal.
/// The caller keeps clear values so short that the leaf does not exceed [`MAX_LEAF_BYTES`].
///
/// # Panics
/// When a name is 64 KiB or longer, or a clear value 4 GiB or longer.
pub fn encode(fields: &[Field], salt: &[u8; 32]) -> Vec<u8> {
    let mut ordered: Vec<&Field> = fields.iter().collect();
    ordered.sort_unstable_by_key(|field| (field.name, field.personal, field.value));

    let mut leaf = vec![ENCODING_VERSION];
    for field in ordered {
        leaf.push(if field.personal { PERSONAL } else { CLEAR });
        leaf.extend_from_slice(&name_length(field.name));
        leaf.extend_from_slice(field.name.as_bytes());
        if field.personal {
            leaf.extend_from_slice(&commitment(salt, field.name, field.value));
        } else {
            let length = u32::try_from(field.value.len()).expect("a clear value is shorter than 4 GiB");
            leaf.extend_from_slice(&length.to_be_bytes());
            leaf.extend_from_slice(field.value.as_bytes());
        }
    }
    leaf
}

/// What a leaf says of a personal value: `SHA-256(salt, name_length:u16, name, value)`.
///
/// Who holds salt and value can show that the leaf meant this value; without the salt nobody can test a guess.
/// The name is hashed too, so that one field's commitment cannot be passed off as another's.
///
/// # Panics
/// When the name is 64 KiB or longer.
pub fn commitment(salt: &[u8; 32], name: &str, value: &str) -> Hash {
    Sha256::new()
        .chain_update(salt)
        .chain_update(name_length(name))
        .chain_update(name)
        .chain_update(value)
        .finalize()
        .into()
}

/// The hash of one leaf. The prefix keeps a leaf from being read as a node (RFC 6962 section 2.1).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into()
}

/// The hash of the node above two others.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

fn name_length(name: &str) -> [u8; 2] {
    u16::try_from(name.len()).expect("a field's name is ours and shorter than 64 KiB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SALT: [u8; 32] = [7; 32];

    fn clear<'a>(name: &'a str, value: &'a str) -> Field<'a> {
        Field { name, value, personal: false }
    }

    fn personal<'a>(name: &'a str, value: &'a str) -> Field<'a> {
        Field { name, value, personal: true }
    }

    fn contains(haystack: &[u8], needle: &[u8]) -> bool {
        haystack.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn the_encoding_is_the_documented_one() {
        let leaf = encode(&[clear("size_bytes", "42"), personal("actor", "Zoë")], &SALT);
        let mut expected = b"\x01\x01\x00\x05actor".to_vec();
        expected.extend_from_slice(&commitment(&SALT, "actor", "Zoë"));
        expected.extend_from_slice(b"\x00\x00\x0asize_bytes\x00\x00\x00\x0242");
        assert_eq!(leaf, expected);
    }

    #[test]
    fn an_event_without_fields_is_the_version_byte() {
        assert_eq!(encode(&[], &SALT), [ENCODING_VERSION]);
    }

    #[test]
    fn a_commitment_is_the_documented_hash() {
        // python3: sha256(b"\x07"*32 + b"\x00\x05" + b"actor" + "Zoë".encode()).hexdigest()
        let expected = "9ebe27bf05ac613bd5a9a70ba05dbe2a87f2ac69c12f4d34ff42f7e9ea6e5943";
        assert_eq!(hex::encode(commitment(&SALT, "actor", "Zoë")), expected);
    }

    #[test]
    fn a_personal_value_is_not_in_the_leaf() {
        let leaf = encode(&[personal("file_name", "diagnosis of Zoe.pdf")], &SALT);
        assert!(!contains(&leaf, b"diagnosis of Zoe.pdf"));
    }

    #[test]
    fn a_personal_value_changes_with_the_salt_and_a_clear_one_does_not() {
        let other = [8; 32];
        assert_ne!(encode(&[personal("a", "b")], &SALT), encode(&[personal("a", "b")], &other));
        assert_eq!(encode(&[clear("a", "b")], &SALT), encode(&[clear("a", "b")], &other));
    }

    #[test]
    fn a_commitment_does_not_confuse_name_and_value() {
        assert_ne!(commitment(&SALT, "ab", "c"), commitment(&SALT, "a", "bc"));
    }

    #[test]
    fn leaf_and_node_hashes_are_those_of_rfc_6962() {
        assert_eq!(hex::encode(leaf_hash(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        let (left, right) = (leaf_hash(b""), leaf_hash(&[0x00]));
        assert_eq!(
            hex::encode(node_hash(&left, &right)),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    prop_compose! {
        // short, from few characters: lists that differ in little must still differ in bytes
        fn any_field()(name in "[ab\u{0}]{0,3}", value in "[ab\u{0}]{0,3}", personal: bool) -> (String, String, bool) {
            (name, value, personal)
        }
    }

    fn borrowed(fields: &[(String, String, bool)]) -> Vec<Field<'_>> {
        fields.iter().map(|(name, value, personal)| Field { name, value, personal: *personal }).collect()
    }

    proptest! {
        #[test]
        fn different_fields_give_different_bytes_and_equal_ones_equal_bytes(
            mut left in prop::collection::vec(any_field(), 0..5),
            mut right in prop::collection::vec(any_field(), 0..5),
        ) {
            let same_bytes = encode(&borrowed(&left), &SALT) == encode(&borrowed(&right), &SALT);
            left.sort();
            right.sort();
            prop_assert_eq!(same_bytes, left == right);
        }

        #[test]
        fn the_order_of_the_fields_does_not_matter(
            (fields, shuffled) in prop::collection::vec(any_field(), 0..8)
                .prop_flat_map(|fields| (Just(fields.clone()), Just(fields).prop_shuffle())),
        ) {
            prop_assert_eq!(encode(&borrowed(&fields), &SALT), encode(&borrowed(&shuffled), &SALT));
        }
    }
}
