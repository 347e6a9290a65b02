//! Cells and key objects under a keyring that rotates.

use envelope::{CELL_OVERHEAD, FileIdentity, Identity, KeyId, Keyring, OpenError, SealError, open_whole};
use proptest::prelude::*;

use crate::fixtures::{an_identity, randomness, seal_to};

const PLACE: &str = "file_requests/01j/recipient_email";

fn a_keyring() -> Keyring {
    Keyring::new(an_identity(1), vec![])
}

/// The ring after a new key became current.
fn after_rotation() -> Keyring {
    Keyring::new(an_identity(2), vec![an_identity(1)])
}

proptest! {
    #[test]
    fn any_cell_opens_in_its_place_and_nowhere_else(
        context in "[a-z_.]{1,8}/[a-z0-9]{1,8}/[a-z_]{1,8}", other in "[a-z_.]{1,8}/[a-z0-9]{1,8}/[a-z_]{1,8}",
        plaintext in prop::collection::vec(any::<u8>(), 0..300), seed: u64,
    ) {
        let keyring = a_keyring();
        let cell = keyring.seal_cell(&context, &plaintext, &mut randomness(seed)).unwrap();
        prop_assert_eq!(cell.len(), plaintext.len() + CELL_OVERHEAD);
        prop_assert_eq!(&*keyring.open_cell(&context, &cell).unwrap(), &plaintext);
        if other != context {
            prop_assert_eq!(keyring.open_cell(&other, &cell).unwrap_err(), OpenError::Altered);
        }
    }
}

/// Computed from the documented format by a program that shares no code with this crate.
const PINNED_CELL: &str = concat!(
    "01b05f65c2fa8f86f6242424242424242424242424242424242424242424242424",
    "ed7cdc56f98fb617db99943c3380353813419e753ff65fd84c1b584c2fb276fa55",
);

#[test]
fn the_documented_format_of_a_cell_is_what_is_sealed_and_opened() {
    let cell = a_keyring().seal_cell(PLACE, b"anna@example.test", &mut |nonce| nonce.fill(0x24)).unwrap();
    assert_eq!(hex::encode(&cell), PINNED_CELL);
    assert_eq!(*a_keyring().open_cell(PLACE, &cell).unwrap(), b"anna@example.test");
}

#[test]
fn a_cell_with_any_bit_changed_or_any_length_cut_is_refused() {
    let keyring = a_keyring();
    let cell = keyring.seal_cell(PLACE, b"anna@example.test", &mut randomness(1)).unwrap();
    for at in 0..cell.len() {
        assert!(keyring.open_cell(PLACE, &cell[..at]).is_err());
        for bit in 0..8 {
            let mut changed = cell.clone();
            changed[at] ^= 1 << bit;
            assert!(keyring.open_cell(PLACE, &changed).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_place_with_an_empty_or_missing_part_is_refused() {
    for context in ["", "a", "a/b", "a//c", "/b/c", "a/b/", "a/b/c/d", "//"] {
        let refused = a_keyring().seal_cell(context, b"x", &mut randomness(1));
        assert_eq!(refused, Err(SealError::MalformedContext), "{context:?}");
    }
}

#[test]
fn the_same_text_in_two_cells_looks_unrelated() {
    let mut source = randomness(1);
    let one = a_keyring().seal_cell(PLACE, b"same", &mut source).unwrap();
    let other = a_keyring().seal_cell(PLACE, b"same", &mut source).unwrap();
    assert_ne!(one[9..], other[9..]);
}

#[test]
fn after_rotation_old_cells_open_and_new_ones_name_the_new_key() {
    let old = a_keyring().seal_cell(PLACE, b"x", &mut randomness(1)).unwrap();
    let rotated = after_rotation();
    assert_eq!(*rotated.open_cell(PLACE, &old).unwrap(), b"x");
    assert_eq!(KeyId::of_cell(&old), Ok(KeyId::of(&an_identity(1).recipient())));
    let new = rotated.seal_cell(PLACE, b"x", &mut randomness(1)).unwrap();
    assert_eq!(KeyId::of_cell(&new), Ok(rotated.current_id()));
    assert_eq!(a_keyring().open_cell(PLACE, &new).unwrap_err(), OpenError::UnknownKey(rotated.current_id()));
}

#[test]
fn a_cell_that_names_another_key_of_the_ring_is_refused() {
    let rotated = after_rotation();
    let mut cell = a_keyring().seal_cell(PLACE, b"x", &mut randomness(1)).unwrap();
    let new = rotated.seal_cell(PLACE, b"x", &mut randomness(2)).unwrap();
    cell[1..9].copy_from_slice(&new[1..9]);
    assert_eq!(rotated.open_cell(PLACE, &cell).unwrap_err(), OpenError::Altered);
}

#[test]
fn a_key_that_is_both_current_and_retired_is_held_once() {
    let keyring = Keyring::new(an_identity(1), vec![an_identity(1), an_identity(2), an_identity(2)]);
    assert_eq!(keyring.key_ids().count(), 2);
    assert_eq!(keyring.key_ids().next(), Some(keyring.current_id()));
    assert_eq!(keyring.current_recipient(), an_identity(1).recipient());
}

#[test]
fn a_key_object_opens_for_the_current_the_retired_and_the_recovery_key_only() {
    let recovery = an_identity(9);
    let file_identity = FileIdentity::generate(&mut randomness(1)).unwrap();
    let object = file_identity
        .key_object(&a_keyring().current_recipient(), &[recovery.recipient()], &mut randomness(2))
        .unwrap();
    assert!(object.len() < 500);
    let (opened, opened_by) = after_rotation().open_key_object_as(&object).unwrap();
    assert_eq!(opened.recipient(), file_identity.recipient());
    assert_eq!(opened_by, KeyId::of(&an_identity(1).recipient()));
    assert_eq!(a_keyring().open_key_object(&object).unwrap().recipient(), file_identity.recipient());

    let text = open_whole(&recovery, &object).unwrap();
    let by_hand = Identity::parse_file(std::str::from_utf8(&text).unwrap()).unwrap();
    assert_eq!(by_hand.recipient(), file_identity.recipient());

    let strangers = Keyring::new(an_identity(5), vec![an_identity(6)]);
    assert_eq!(strangers.open_key_object(&object).err(), Some(OpenError::NoMatch));
}

#[test]
fn a_key_object_with_anything_but_one_identity_and_one_line_feed_is_refused() {
    let text = an_identity(3).to_text();
    let lines =
        [text.to_string(), format!("{}\n\n", *text), format!("# note\n{}\n", *text), String::new(), "x\n".into()];
    for plaintext in lines {
        let object = seal_to(&[a_keyring().current_recipient()], plaintext.as_bytes(), 1);
        assert!(matches!(a_keyring().open_key_object(&object), Err(OpenError::Malformed(_))));
    }
}

#[test]
fn a_damaged_key_object_is_not_mistaken_for_one_under_another_key() {
    let mut object = FileIdentity::generate(&mut randomness(1))
        .unwrap()
        .key_object(&an_identity(1).recipient(), &[], &mut randomness(2))
        .unwrap();
    *object.last_mut().unwrap() ^= 1;
    assert_eq!(after_rotation().open_key_object(&object).err(), Some(OpenError::Altered));
}
