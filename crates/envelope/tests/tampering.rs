//! Damage of every kind is refused, and of a damaged chunk no byte leaves.

use envelope::{
    CHUNK_LEN, FileKey, Header, OpenError, Opener, SEALED_CHUNK_LEN, SeekPlan, ciphertext_length, open_whole,
};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::fixtures::{SealedFile, a_sealed_file, an_identity, seal_to, slice};

/// The result of streaming a payload, and what was released by then.
fn stream(file_key: FileKey, payload: &[u8]) -> (Result<(), OpenError>, Vec<u8>) {
    let mut released = Vec::new();
    let mut opener = Opener::new(file_key);
    let updated = opener.update(payload, &mut released);
    let finished = opener.finish(&mut released);
    assert!(updated.is_ok() || updated == finished, "a failure must last");
    (updated.and(finished), released)
}

/// The same by seeking, last chunk first, as a download does.
fn seek(sealed: &SealedFile, file: &[u8]) -> (Result<(), OpenError>, Vec<u8>) {
    let mut released = Vec::new();
    let opened = (|| {
        let plan = SeekPlan::new(sealed.header_len as u64, file.len() as u64)?;
        let nonce = slice(file, plan.nonce_range()).try_into().unwrap();
        let opener = plan.authenticate_last(&sealed.file_key, nonce, slice(file, plan.last_chunk_range()))?;
        let mut reader = opener.read(0..plan.plaintext_len())?;
        let updated = reader.update(slice(file, reader.ciphertext_range()), &mut released);
        let finished = reader.finish();
        assert!(updated.is_ok() || updated == finished, "a failure must last");
        updated.and(finished)
    })();
    (opened, released)
}

fn assert_refused(
    sealed: &SealedFile,
    damaged_payload: &[u8],
    first_damaged_chunk: usize,
) -> Result<(), TestCaseError> {
    let file = [&sealed.file[..sealed.header_len], damaged_payload].concat();
    let intact = &sealed.plaintext[..sealed.plaintext.len().min(first_damaged_chunk * CHUNK_LEN)];
    for (opened, released) in [stream(sealed.file_key(), damaged_payload), seek(sealed, &file)] {
        prop_assert!(opened.is_err());
        prop_assert!(intact.starts_with(&released), "released {} bytes", released.len());
    }
    prop_assert!(open_whole(&sealed.identity, &file).is_err());
    Ok(())
}

/// Which chunk the byte at this offset of the payload belongs to; the nonce counts to the first.
fn chunk_of(offset: usize) -> usize {
    offset.saturating_sub(16) / SEALED_CHUNK_LEN
}

fn a_file_of_some_chunks() -> impl Strategy<Value = SealedFile> {
    let length = prop_oneof![1..4 * CHUNK_LEN, (1_usize..4).prop_map(|chunks| chunks * CHUNK_LEN)];
    (any::<u64>(), length).prop_map(|(seed, length)| a_sealed_file(seed, length)).no_shrink()
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a sealed file of {} bytes", self.plaintext.len())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_changed_byte_is_refused(sealed in a_file_of_some_chunks(), at: prop::sample::Index, by in 1_u8..) {
        let mut payload = sealed.payload().to_vec();
        let offset = at.index(payload.len());
        payload[offset] ^= by;
        assert_refused(&sealed, &payload, chunk_of(offset))?;
    }

    #[test]
    fn a_truncated_file_is_refused(sealed in a_file_of_some_chunks(), at: prop::sample::Index) {
        let end = at.index(sealed.payload().len());
        // A whole chunk before the cut is intact; by streaming it may have left, by seeking it has not.
        assert_refused(&sealed, &sealed.payload()[..end], chunk_of(end))?;
        let file = &sealed.file[..sealed.header_len + end];
        prop_assert!(seek(&sealed, file).1.is_empty());
    }

    #[test]
    fn an_extended_file_is_refused(sealed in a_file_of_some_chunks(), tail in prop::collection::vec(any::<u8>(), 1..100)) {
        let payload = [sealed.payload(), &tail].concat();
        assert_refused(&sealed, &payload, usize::MAX / CHUNK_LEN)?;
        let file = [&sealed.file[..], &tail].concat();
        prop_assert!(seek(&sealed, &file).1.is_empty());
    }

    #[test]
    fn chunks_swapped_dropped_or_repeated_are_refused(
        seed: u64, chunks in 2_usize..5, last in 1..=CHUNK_LEN, picks: [prop::sample::Index; 2],
    ) {
        let sealed = a_sealed_file(seed, (chunks - 1) * CHUNK_LEN + last);
        let (nonce, body) = sealed.payload().split_at(16);
        let original: Vec<&[u8]> = body.chunks(SEALED_CHUNK_LEN).collect();
        let [one, other] = picks.map(|pick| pick.index(chunks));
        let mut swapped = original.clone();
        swapped.swap(one, other);
        let mut dropped = original.clone();
        dropped.remove(one);
        let mut repeated = original.clone();
        repeated.insert(other, original[one]);
        for rearranged in [swapped, dropped, repeated] {
            let Some(damaged) = (0..rearranged.len()).find(|&n| original.get(n) != Some(&rearranged[n]))
                .or((rearranged.len() != chunks).then_some(chunks)) else { continue };
            assert_refused(&sealed, &[&[nonce], &rearranged[..]].concat().concat(), damaged)?;
        }
    }

    #[test]
    fn a_chunk_of_another_file_for_the_same_recipient_is_refused(seed: u64, chunks in 1_usize..4, pick: prop::sample::Index) {
        let sealed = a_sealed_file(seed, chunks * CHUNK_LEN);
        let other = a_sealed_file(seed.wrapping_add(1), chunks * CHUNK_LEN);
        let number = pick.index(chunks);
        let place = 16 + number * SEALED_CHUNK_LEN..16 + (number + 1) * SEALED_CHUNK_LEN;
        let mut payload = sealed.payload().to_vec();
        payload[place.clone()].copy_from_slice(&other.payload()[place]);
        assert_refused(&sealed, &payload, number)?;
        // Nor does another file's whole payload pass under this header.
        assert_refused(&sealed, other.payload(), 0)?;
    }
}

#[test]
fn of_a_million_changed_bits_none_is_accepted() {
    let sealed = a_sealed_file(1, 40);
    let mut payload = sealed.payload().to_vec();
    // One chunk, so proving the end is opening the file.
    let plan = SeekPlan::new(0, payload.len() as u64).unwrap();
    let open =
        |payload: &[u8]| plan.authenticate_last(&sealed.file_key, payload[..16].try_into().unwrap(), &payload[16..]);
    let mut source = StdRng::seed_from_u64(1);
    for round in 0..1_000_000 {
        let (byte, bit) = (source.random_range(0..payload.len()), source.random_range(0..8));
        payload[byte] ^= 1 << bit;
        assert!(open(&payload).is_err(), "round {round}: bit {bit} of byte {byte}");
        payload[byte] ^= 1 << bit;
    }
    assert!(open(&payload).is_ok());
}

#[test]
fn a_header_with_any_bit_changed_or_any_byte_missing_opens_for_no_recipient() {
    let (one, other) = (an_identity(1), an_identity(2));
    let file = seal_to(&[one.recipient(), other.recipient()], b"secret", 1);
    let header_len = Header::parse(&file).unwrap().unwrap().header_len;
    for at in 0..header_len {
        let mut damaged = vec![[&file[..at], &file[at + 1..]].concat()];
        damaged.extend((0..8).map(|bit| {
            let mut file = file.clone();
            file[at] ^= 1 << bit;
            file
        }));
        for file in damaged {
            for identity in [&one, &other] {
                assert!(open_whole(identity, &file).is_err(), "byte {at}");
            }
        }
    }
}

#[test]
fn a_stanza_added_or_removed_by_a_stranger_is_noticed() {
    let (ours, theirs) = (an_identity(1), an_identity(2));
    let file = seal_to(&[ours.recipient(), theirs.recipient()], b"secret", 1);
    let lines: Vec<&[u8]> = file.split_inclusive(|&byte| byte == b'\n').collect();
    let without_theirs = [&lines[..3], &lines[5..]].concat().concat();
    assert_eq!(open_whole(&ours, &without_theirs).unwrap_err(), OpenError::Altered);
    let with_grease = [&lines[..1], &[b"-> grease\n\n".as_slice()], &lines[1..]].concat().concat();
    assert_eq!(open_whole(&ours, &with_grease).unwrap_err(), OpenError::Altered);
}

#[test]
fn a_planted_file_opens_but_its_header_mac_gives_it_away() {
    // X25519 files carry no sender: whoever knows the recipient can make one. The database knows the MAC.
    let sealed = a_sealed_file(1, 100);
    let planted = seal_to(&[sealed.identity.recipient()], &sealed.plaintext, 2);
    let mac = |file: &[u8]| Header::parse(file).unwrap().unwrap().header.mac();
    assert!(open_whole(&sealed.identity, &planted).is_ok());
    assert_ne!(mac(&planted), mac(&sealed.file));
}

#[test]
fn a_length_that_the_database_does_not_know_is_refused_before_the_first_byte() {
    let sealed = a_sealed_file(1, 3 * CHUNK_LEN);
    let length = ciphertext_length(sealed.header_len as u64, 3 * CHUNK_LEN as u64);
    assert_eq!(length, sealed.file.len() as u64);
    // Cut at a chunk's edge, every remaining chunk is intact, and still the end does not prove itself.
    let cut = &sealed.file[..sealed.file.len() - SEALED_CHUNK_LEN];
    assert_eq!(seek(&sealed, cut), (Err(OpenError::Altered), vec![]));
}

#[test]
fn every_failure_reads_the_same_to_whoever_asked() {
    let failures = [OpenError::NoMatch, OpenError::Altered, OpenError::Truncated, OpenError::Malformed("x")];
    assert!(failures.iter().all(|failure| failure.to_string() == "the sealed bytes could not be opened"));
}
