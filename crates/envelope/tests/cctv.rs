//! The C2SP/CCTV age vectors: every one, each with the result it states.
//!
//! Armour, passphrases and hybrid keys are outside our subset: those vectors must be refused, whatever they expect.

use std::collections::BTreeMap;
use std::path::Path;

use envelope::{Header, Identity, OpenError, Opener, Sealer, SeekPlan};
use sha2::{Digest, Sha256};

use crate::fixtures::{an_identity, randomness, slice};

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Success,
    HeaderFailure,
    NoMatch,
    HmacFailure,
    PayloadFailure,
}

struct Vector {
    name: String,
    expect: String,
    payload_sha256: Option<String>,
    file_key: Option<Vec<u8>>,
    identities: Vec<String>,
    armored: bool,
    file: Vec<u8>,
}

impl Vector {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let (head, file) = (std::str::from_utf8(&bytes[..end]).unwrap(), &bytes[end + 2..]);
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in head.lines() {
            let (key, value) = line.split_once(": ").unwrap();
            fields.entry(key).or_default().push(value);
        }
        let first = |key: &str| fields.get(key).map(|values| values[0].to_owned());
        let file = match first("compressed").as_deref() {
            None => file.to_vec(),
            Some("zlib") => miniz_oxide::inflate::decompress_to_vec_zlib(file).unwrap(),
            Some(other) => panic!("unknown compression {other}"),
        };
        Self {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            expect: first("expect").unwrap(),
            payload_sha256: first("payload"),
            file_key: first("file key").map(|text| hex::decode(text).unwrap()),
            identities: fields.get("identity").into_iter().flatten().map(ToString::to_string).collect(),
            armored: first("armored").is_some(),
            file,
        }
    }

    /// The X25519 ones; the hybrid ones must be refused as text.
    fn held_identities(&self) -> Vec<Identity> {
        self.identities
            .iter()
            .filter_map(|text| {
                let identity = Identity::parse(text);
                assert_eq!(identity.is_err(), text.starts_with("AGE-SECRET-KEY-PQ-"), "{}", self.name);
                identity.ok()
            })
            .collect()
    }

    fn is_in_our_subset(&self) -> bool {
        let foreign = ["armor_", "scrypt", "hybrid"].iter().any(|prefix| self.name.starts_with(prefix));
        assert!(!self.armored || foreign, "{} is armoured", self.name);
        !foreign
    }
}

/// Opens in pieces of `piece` bytes; also returns whatever plaintext was released.
fn open_in_pieces(file: &[u8], identities: &[Identity], piece: usize) -> (Outcome, Vec<u8>) {
    let mut released = Vec::new();
    let outcome = (|| {
        let Ok(Some(parsed)) = Header::parse(file) else { return Outcome::HeaderFailure };
        let mut opened = Err(OpenError::NoMatch);
        for identity in identities {
            opened = parsed.header.open(identity);
            if !matches!(opened, Err(OpenError::NoMatch)) {
                break;
            }
        }
        let file_key = match opened {
            Ok(file_key) => file_key,
            Err(OpenError::NoMatch) => return Outcome::NoMatch,
            Err(OpenError::Altered) => return Outcome::HmacFailure,
            Err(OpenError::Malformed(_)) => return Outcome::HeaderFailure,
            Err(other) => panic!("not an answer of a header: {other:?}"),
        };
        // The vectors count a missing nonce to the header.
        if file.len() < parsed.header_len + 16 {
            assert!(Opener::new(file_key).finish(&mut Vec::new()).is_err());
            return Outcome::HeaderFailure;
        }
        let mut opener = Opener::new(file_key);
        for piece in file[parsed.header_len..].chunks(piece) {
            if opener.update(piece, &mut released).is_err() {
                return Outcome::PayloadFailure;
            }
        }
        match opener.finish(&mut released) {
            Ok(()) => Outcome::Success,
            Err(_) => Outcome::PayloadFailure,
        }
    })();
    (outcome, released)
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/cctv");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "LICENSE"))
        .collect();
    paths.sort();
    paths.iter().map(|path| Vector::read(path)).collect()
}

#[test]
fn every_vector_of_our_subset_gives_the_stated_result_and_releases_exactly_the_stated_bytes() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for vector in vectors().iter().filter(|vector| vector.is_in_our_subset()) {
        let expected = match vector.expect.as_str() {
            "success" => Outcome::Success,
            "header failure" => Outcome::HeaderFailure,
            "no match" => Outcome::NoMatch,
            "HMAC failure" => Outcome::HmacFailure,
            "payload failure" => Outcome::PayloadFailure,
            other => panic!("{}: unknown expectation {other}", vector.name),
        };
        let identities = vector.held_identities();
        for piece in [1_000, 65_552, usize::MAX] {
            let (outcome, released) = open_in_pieces(&vector.file, &identities, piece);
            assert_eq!(outcome, expected, "{} in pieces of {piece}", vector.name);
            match &vector.payload_sha256 {
                Some(sha256) => assert_eq!(&hex::encode(Sha256::digest(&released)), sha256, "{}", vector.name),
                None => assert!(released.is_empty(), "{}", vector.name),
            }
        }
        *counts.entry(vector.expect.clone()).or_default() += 1;
    }
    println!("CCTV vectors with the stated result: {counts:?}");
    let expected =
        [("HMAC failure", 1), ("header failure", 31), ("no match", 3), ("payload failure", 18), ("success", 14)];
    assert_eq!(counts, expected.map(|(expect, count)| (expect.to_owned(), count)).into());
}

#[test]
fn every_vector_outside_our_subset_is_refused_without_releasing_a_byte() {
    let mut refused = BTreeMap::new();
    for vector in vectors().iter().filter(|vector| !vector.is_in_our_subset()) {
        let mut identities = vector.held_identities();
        identities.push(an_identity(1));
        let (outcome, released) = open_in_pieces(&vector.file, &identities, 4096);
        assert!(matches!(outcome, Outcome::HeaderFailure | Outcome::NoMatch), "{}: {outcome:?}", vector.name);
        assert!(released.is_empty(), "{}", vector.name);
        let kind = vector.name.split('_').next().unwrap().to_owned();
        *refused.entry(kind).or_insert(0) += 1;
    }
    println!("CCTV vectors outside the subset, refused: {refused:?}");
    assert_eq!(refused, [("armor", 33), ("hybrid", 18), ("scrypt", 25)].map(|(kind, n)| (kind.to_owned(), n)).into());
}

#[test]
fn no_vector_is_left_out() {
    assert_eq!(vectors().len(), 143);
}

#[test]
fn sealing_again_with_the_same_file_key_and_nonce_reproduces_every_successful_payload() {
    let mut reproduced = 0;
    for vector in vectors().iter().filter(|vector| vector.is_in_our_subset() && vector.expect == "success") {
        let (_, plaintext) = open_in_pieces(&vector.file, &vector.held_identities(), usize::MAX);
        let payload = &vector.file[Header::parse(&vector.file).unwrap().unwrap().header_len..];
        let mut draws = [vector.file_key.clone().unwrap(), payload[..16].to_vec()].into_iter();
        let mut ephemerals = randomness(1);
        let mut fill = |bytes: &mut [u8]| match draws.next() {
            Some(drawn) => bytes.copy_from_slice(&drawn),
            None => ephemerals(bytes),
        };
        let (mut sealer, _) = Sealer::new(&[an_identity(1).recipient()], &mut fill).unwrap();
        let mut again = Vec::new();
        for piece in plaintext.chunks(10_007) {
            sealer.update(piece, &mut again);
        }
        sealer.finish(&mut again);
        assert!(again == payload, "{}", vector.name);
        reproduced += 1;
    }
    assert_eq!(reproduced, 14);
}

#[test]
fn by_seeking_a_failing_payload_never_opens_whole_and_releases_no_more_than_the_stated_bytes() {
    for vector in vectors().iter().filter(|vector| vector.is_in_our_subset() && vector.payload_sha256.is_some()) {
        let identities = vector.held_identities();
        let (_, stated) = open_in_pieces(&vector.file, &identities, usize::MAX);
        let parsed = Header::parse(&vector.file).unwrap().unwrap();
        let file_key = identities.iter().find_map(|identity| parsed.header.open(identity).ok()).unwrap();
        let mut released = Vec::new();
        let opened = (|| {
            let plan = SeekPlan::new(parsed.header_len as u64, vector.file.len() as u64)?;
            let nonce = slice(&vector.file, plan.nonce_range()).try_into().unwrap();
            let last = slice(&vector.file, plan.last_chunk_range());
            let mut reader = plan.authenticate_last(&file_key, nonce, last)?.read(0..plan.plaintext_len())?;
            reader.update(slice(&vector.file, reader.ciphertext_range()), &mut released)?;
            reader.finish()
        })();
        assert_eq!(opened.is_ok(), vector.expect == "success", "{}: {opened:?}", vector.name);
        assert!(stated.starts_with(&released), "{}", vector.name);
        assert!(opened.is_err() || released == stated, "{}", vector.name);
    }
}
