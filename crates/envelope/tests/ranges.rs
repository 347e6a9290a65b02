//! Any range of a stored file equals that slice of the plaintext, and nothing is opened before its end is proven.

use std::ops::Range;

use envelope::{CHUNK_LEN, OpenError, RangeOpener, SEALED_CHUNK_LEN, SeekPlan, ciphertext_length};
use proptest::prelude::*;

use crate::fixtures::{SealedFile, a_sealed_file};

fn authenticated(sealed: &SealedFile) -> RangeOpener {
    let plan = sealed.plan();
    plan.authenticate_last(&sealed.file_key, &sealed.nonce(), sealed.range(plan.last_chunk_range())).unwrap()
}

fn read(sealed: &SealedFile, opener: &RangeOpener, range: Range<u64>, piece: usize) -> Vec<u8> {
    let mut reader = opener.read(range).unwrap();
    let mut out = Vec::new();
    for piece in sealed.range(reader.ciphertext_range()).chunks(piece) {
        reader.update(piece, &mut out).unwrap();
    }
    reader.finish().unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn any_range_is_that_slice_of_the_plaintext_out_of_only_the_chunks_it_touches(
        length in prop_oneof![0..4 * CHUNK_LEN, (0_usize..5).prop_map(|chunks| chunks * CHUNK_LEN)],
        ends in prop::array::uniform2(any::<prop::sample::Index>()),
        piece in prop_oneof![1_usize..100, 1..3 * SEALED_CHUNK_LEN],
        seed: u64,
    ) {
        let sealed = a_sealed_file(seed, length);
        let opener = authenticated(&sealed);
        prop_assert_eq!(opener.plaintext_len(), length as u64);
        let [one, other] = ends.map(|end| end.index(length + 1));
        let (start, end) = (one.min(other), one.max(other));
        let range = start as u64..end as u64;
        prop_assert!(read(&sealed, &opener, range.clone(), piece) == sealed.plaintext[start..end]);

        let fetched = opener.chunks_for(range).unwrap();
        let touched = if start == end { 0 } else { end.div_ceil(CHUNK_LEN) - start / CHUNK_LEN };
        prop_assert!(fetched.end - fetched.start <= (touched * SEALED_CHUNK_LEN) as u64);
    }

    #[test]
    fn the_plan_recovers_the_length_of_any_plaintext(header_len in 0_u64..100_000, plaintext_len in 0..u64::MAX / 2) {
        let plan = SeekPlan::new(header_len, ciphertext_length(header_len, plaintext_len)).unwrap();
        prop_assert_eq!(plan.plaintext_len(), plaintext_len);
        let last = plan.last_chunk_range();
        prop_assert_eq!(last.end, ciphertext_length(header_len, plaintext_len));
        prop_assert!((16..=SEALED_CHUNK_LEN as u64).contains(&(last.end - last.start)));
        prop_assert_eq!(plan.nonce_range(), header_len..header_len + 16);
    }

    #[test]
    fn a_plan_for_any_length_is_made_or_refused_and_never_miscounts(
        header_len in prop_oneof![any::<u64>(), 0_u64..1000],
        ciphertext_len in prop_oneof![any::<u64>(), u64::MAX - 70_000..=u64::MAX],
    ) {
        if let Ok(plan) = SeekPlan::new(header_len, ciphertext_len) {
            prop_assert_eq!(ciphertext_length(header_len, plan.plaintext_len()), ciphertext_len);
            prop_assert_eq!(plan.last_chunk_range().end, ciphertext_len);
        }
    }
}

#[test]
fn every_length_around_the_first_chunks_is_counted_both_ways() {
    let reachable: std::collections::BTreeSet<_> =
        (0..3 * CHUNK_LEN as u64 + 2).map(|plaintext_len| ciphertext_length(100, plaintext_len)).collect();
    for ciphertext_len in 0..3 * SEALED_CHUNK_LEN as u64 + 118 {
        let plan = SeekPlan::new(100, ciphertext_len);
        assert_eq!(plan.is_ok(), reachable.contains(&ciphertext_len), "{ciphertext_len}");
    }
}

#[test]
fn an_empty_last_chunk_is_allowed_for_the_empty_file_only() {
    assert_eq!(SeekPlan::new(0, 16 + 16).unwrap().plaintext_len(), 0);
    assert!(matches!(SeekPlan::new(0, 16 + SEALED_CHUNK_LEN as u64 + 16), Err(OpenError::Malformed(_))));
}

#[test]
fn a_range_outside_the_file_is_refused() {
    let sealed = a_sealed_file(1, 100);
    let opener = authenticated(&sealed);
    #[expect(clippy::reversed_empty_ranges, reason = "a caller may hand in nonsense")]
    for range in [0..101, 101..101, 50..49, 0..u64::MAX] {
        assert_eq!(opener.read(range).err(), Some(OpenError::OutOfRange));
    }
    assert!(read(&sealed, &opener, 100..100, 1).is_empty());
    assert_eq!(opener.open_chunk(1, &[0; 16], &mut Vec::new()), Err(OpenError::OutOfRange));
}

#[test]
fn a_single_chunk_opens_by_its_number() {
    let sealed = a_sealed_file(1, 2 * CHUNK_LEN + 5);
    let opener = authenticated(&sealed);
    let mut out = Vec::new();
    for number in [2, 0, 1] {
        let start = number * CHUNK_LEN;
        let end = sealed.plaintext.len().min(start + CHUNK_LEN);
        out.clear();
        let chunk = opener.chunks_for(start as u64..end as u64).unwrap();
        opener.open_chunk(number as u64, sealed.range(chunk), &mut out).unwrap();
        assert!(out == sealed.plaintext[start..end]);
    }
}

#[test]
fn a_reader_that_is_fed_too_little_or_too_much_does_not_finish() {
    let sealed = a_sealed_file(1, 2 * CHUNK_LEN);
    let opener = authenticated(&sealed);
    let mut out = Vec::new();
    let mut starved = opener.read(0..2 * CHUNK_LEN as u64).unwrap();
    let fetched = sealed.range(starved.ciphertext_range());
    starved.update(&fetched[..fetched.len() - 1], &mut out).unwrap();
    assert_eq!(starved.finish(), Err(OpenError::Truncated));

    let mut flooded = opener.read(0..2 * CHUNK_LEN as u64).unwrap();
    flooded.update(fetched, &mut out).unwrap();
    let refused = flooded.update(b"x", &mut out).unwrap_err();
    assert_eq!(flooded.finish(), Err(refused));
}
