//! The Rust `age` crate, an implementation that shares nothing with ours: it opens what we seal, and we what it seals.

use std::io::{Read, Write};

use age::secrecy::ExposeSecret;
use envelope::{CHUNK_LEN, Identity, open_whole};
use proptest::prelude::*;

use crate::fixtures::{a_sealed_file, an_identity, seal_to, some_bytes};

fn theirs(identity: &Identity) -> age::x25519::Identity {
    identity.to_text().parse().unwrap()
}

fn they_open(identity: &Identity, file: &[u8]) -> Option<Vec<u8>> {
    let decryptor = age::Decryptor::new(file).ok()?;
    let mut plaintext = Vec::new();
    let identity = theirs(identity);
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).ok()?.read_to_end(&mut plaintext).ok()?;
    Some(plaintext)
}

fn they_seal(recipients: &[age::x25519::Recipient], plaintext: &[u8]) -> Vec<u8> {
    let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let mut file = Vec::new();
    let mut writer = age::Encryptor::with_recipients(recipients).unwrap().wrap_output(&mut file).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap();
    file
}

fn a_length() -> impl Strategy<Value = usize> {
    prop_oneof![0..3 * CHUNK_LEN, (0_usize..4).prop_map(|chunks| chunks * CHUNK_LEN), 0_usize..3]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_age_crate_opens_what_we_seal(length in a_length(), seed: u64, recipients in 1_u8..4) {
        let identities: Vec<_> = (1..=recipients).map(an_identity).collect();
        let plaintext = some_bytes(seed, length);
        let file = seal_to(&identities.iter().map(Identity::recipient).collect::<Vec<_>>(), &plaintext, seed);
        for identity in &identities {
            prop_assert!(they_open(identity, &file).as_ref() == Some(&plaintext));
        }
        prop_assert!(they_open(&an_identity(99), &file).is_none());
    }

    #[test]
    fn we_open_what_the_age_crate_seals(length in a_length(), seed: u64, recipients in 1_u8..4) {
        let identities: Vec<_> = (1..=recipients).map(an_identity).collect();
        let plaintext = some_bytes(seed, length);
        let public: Vec<_> = identities.iter().map(|identity| theirs(identity).to_public()).collect();
        let file = they_seal(&public, &plaintext);
        for identity in &identities {
            prop_assert!(*open_whole(identity, &file).unwrap() == plaintext);
        }
    }

    #[test]
    fn what_we_refuse_after_damage_the_age_crate_refuses_too(at: prop::sample::Index, by in 1_u8..) {
        let sealed = a_sealed_file(1, 1000);
        let mut file = sealed.file;
        let at = at.index(file.len());
        file[at] ^= by;
        prop_assert!(open_whole(&sealed.identity, &file).is_err());
        prop_assert!(they_open(&sealed.identity, &file).is_none());
    }

    #[test]
    fn both_write_a_key_the_same_way(bytes: [u8; 32]) {
        let identity = Identity::from_bytes(bytes);
        let (their_text, our_text) = (theirs(&identity).to_string(), identity.to_text());
        prop_assert_eq!(their_text.expose_secret(), our_text.as_str());
        prop_assert_eq!(theirs(&identity).to_public().to_string(), identity.recipient().to_string());
    }
}
