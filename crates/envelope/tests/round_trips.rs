//! What was sealed opens to the same bytes, however it was cut into pieces on the way.

use envelope::{
    CHUNK_LEN, Header, MAX_HEADER_LEN, MAX_RECIPIENTS, OpenError, Opener, SealError, Sealer, ciphertext_length,
    open_whole, seal_whole,
};
use proptest::prelude::*;

use crate::fixtures::{a_sealed_file, an_identity, randomness, seal_to, some_bytes};

/// Lengths near the edges of chunks, where counting goes wrong.
fn a_length() -> impl Strategy<Value = usize> {
    let edge = (0_usize..4, -17_isize..=17).prop_map(|(chunks, off)| (chunks * CHUNK_LEN).saturating_add_signed(off));
    prop_oneof![edge, 0..3 * CHUNK_LEN, 0_usize..64]
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    let piece = prop_oneof![0_usize..40, 1..2 * CHUNK_LEN + 40, Just(CHUNK_LEN), Just(CHUNK_LEN + 16)];
    prop::collection::vec(piece, 1..12)
}

/// Cuts `bytes` into pieces of the given lengths, over and over.
fn in_pieces<'a>(mut bytes: &'a [u8], lengths: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let progress = lengths.iter().any(|&length| length > 0);
    let mut lengths = lengths.iter().cycle();
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let length = if progress { *lengths.next()? } else { bytes.len() };
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        Some(piece)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_chunking_seals_to_the_same_file_and_opens_to_the_same_bytes(
        length in a_length(), seal_cuts in cuts(), open_cuts in cuts(), seed: u64,
    ) {
        let identity = an_identity(3);
        let plaintext = some_bytes(seed, length);
        let whole = seal_to(&[identity.recipient()], &plaintext, seed);

        let (mut sealer, mut file) = Sealer::new(&[identity.recipient()], &mut randomness(seed)).unwrap();
        prop_assert_eq!(Header::parse(&file).unwrap().unwrap().header.mac(), sealer.header_mac());
        let header_len = file.len() as u64;
        for piece in in_pieces(&plaintext, &seal_cuts) {
            sealer.update(piece, &mut file);
        }
        sealer.finish(&mut file);
        prop_assert!(file == whole);
        prop_assert_eq!(file.len() as u64, ciphertext_length(header_len, plaintext.len() as u64));

        let parsed = Header::parse(&file).unwrap().unwrap();
        let mut opener = Opener::new(parsed.header.open(&identity).unwrap());
        let mut opened = Vec::new();
        for piece in in_pieces(&file[parsed.header_len..], &open_cuts) {
            opener.update(piece, &mut opened).unwrap();
        }
        opener.finish(&mut opened).unwrap();
        prop_assert!(opened == plaintext);
        prop_assert!(*open_whole(&identity, &file).unwrap() == plaintext);
    }
}

#[test]
fn a_sealer_holds_back_at_most_one_chunk() {
    let (mut sealer, header) = Sealer::new(&[an_identity(1).recipient()], &mut randomness(1)).unwrap();
    let mut out = Vec::new();
    let mut taken = 0;
    for piece in some_bytes(1, 10 * CHUNK_LEN).chunks(1021) {
        sealer.update(piece, &mut out);
        taken += piece.len();
        let emitted = ciphertext_length(header.len() as u64, taken as u64) - (header.len() + out.len()) as u64;
        assert!(emitted <= CHUNK_LEN as u64 + 16);
    }
}

#[test]
fn every_recipient_opens_the_file_and_nobody_else_does() {
    let identities: Vec<_> = (1..=5).map(an_identity).collect();
    let recipients: Vec<_> = identities.iter().map(envelope::Identity::recipient).collect();
    let file = seal_to(&recipients, b"for five", 1);
    for identity in &identities {
        assert_eq!(*open_whole(identity, &file).unwrap(), b"for five");
    }
    assert_eq!(open_whole(&an_identity(6), &file).unwrap_err(), OpenError::NoMatch);
}

#[test]
fn a_file_for_nobody_or_for_too_many_is_not_sealed() {
    let recipients = vec![an_identity(1).recipient(); MAX_RECIPIENTS + 1];
    assert_eq!(seal_whole(&[], b"", &mut randomness(1)).unwrap_err(), SealError::NoRecipients);
    assert_eq!(seal_whole(&recipients, b"", &mut randomness(1)).unwrap_err(), SealError::TooManyRecipients);
    let largest = seal_to(&recipients[1..], b"", 1);
    assert!(Header::parse(&largest).unwrap().unwrap().header_len < MAX_HEADER_LEN);
    assert!(open_whole(&an_identity(1), &largest).unwrap().is_empty());
}

#[test]
fn randomness_that_was_never_filled_seals_nothing() {
    let recipient = [an_identity(1).recipient()];
    // The source fails at the first, second and third draw: file key, payload nonce, ephemeral secret.
    for working_draws in 0..3 {
        let mut source = randomness(1);
        let mut draws = 0;
        let mut fill = |bytes: &mut [u8]| {
            draws += 1;
            if draws <= working_draws {
                source(bytes);
            }
        };
        assert_eq!(seal_whole(&recipient, b"secret", &mut fill).unwrap_err(), SealError::NoRandomness);
    }
}

#[test]
fn a_header_that_arrives_byte_by_byte_parses_only_when_whole() {
    let sealed = a_sealed_file(1, 100);
    for end in 0..sealed.header_len {
        assert!(Header::parse(&sealed.file[..end]).unwrap().is_none(), "at {end}");
    }
    assert_eq!(Header::parse(&sealed.file[..sealed.header_len]).unwrap().unwrap().header_len, sealed.header_len);
}

#[test]
fn a_header_without_end_is_refused_before_it_fills_memory() {
    let mut endless = b"age-encryption.org/v1\n".to_vec();
    endless.extend(std::iter::repeat_n(*b"-> grease\n\n", 10_000).flatten());
    assert!(matches!(Header::parse(&endless), Err(OpenError::Malformed(_))));
    let one_line = [b"age-encryption.org/v1\n-> ".as_slice(), &vec![b'x'; MAX_HEADER_LEN]].concat();
    assert!(matches!(Header::parse(&one_line), Err(OpenError::Malformed(_))));
}

#[test]
fn a_sealer_and_the_openers_may_move_to_another_thread() {
    fn moves<T: Send + 'static>() {}
    moves::<Sealer>();
    moves::<Opener>();
    moves::<envelope::RangeOpener>();
    moves::<envelope::RangeReader>();
    moves::<envelope::Keyring>();
    moves::<envelope::FileIdentity>();
}
