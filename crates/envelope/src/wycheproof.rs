//! The Wycheproof vectors of our three primitives, through our own calls wherever those can express them.
//!
//! Separate from the other tests because it must reach behind the public edge.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha256;

use crate::Identity;
use crate::aead::{AeadKey, open_extended, seal_extended};
use crate::derive::derive_key;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Suite<T> {
    number_of_tests: usize,
    test_groups: Vec<Group<T>>,
}

#[derive(Deserialize)]
struct Group<T> {
    tests: Vec<T>,
}

/// Runs every vector of a suite and returns how many there were.
fn each<T: for<'a> Deserialize<'a>>(name: &str, mut check: impl FnMut(T)) -> usize {
    let path = format!("{}/../../tests/payloads/wycheproof/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let suite: Suite<T> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut count = 0;
    for vector in suite.test_groups.into_iter().flat_map(|group| group.tests) {
        check(vector);
        count += 1;
    }
    assert_eq!(count, suite.number_of_tests);
    count
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AeadVector {
    tc_id: u32,
    key: String,
    iv: String,
    aad: String,
    msg: String,
    ct: String,
    tag: String,
    result: String,
}

#[test]
fn chacha20_poly1305_seals_and_opens_as_stated() {
    let mut through_our_calls = 0;
    let count = each("chacha20_poly1305", |vector: AeadVector| {
        let [aad, message, ciphertext] = [&vector.aad, &vector.msg, &vector.ct].map(|text| hex::decode(text).unwrap());
        let (valid, id) = (vector.result == "valid", vector.tc_id);
        let Ok(nonce): Result<[u8; 12], _> = hex::decode(&vector.iv).unwrap().try_into() else {
            // A nonce of another length cannot even be passed in.
            assert!(!valid, "vector {id}");
            return;
        };
        let (key, tag): ([u8; 32], [u8; 16]) = (unhex(&vector.key), unhex(&vector.tag));

        let cipher = ChaCha20Poly1305::new(&key.into());
        let mut buffer = message.clone();
        let sealed = cipher.encrypt_inout_detached(&nonce.into(), &aad, buffer.as_mut_slice().into()).unwrap();
        assert_eq!(buffer == ciphertext && sealed == tag, valid, "vector {id}");
        let mut buffer = ciphertext.clone();
        let opened = cipher.decrypt_inout_detached(&nonce.into(), &aad, buffer.as_mut_slice().into(), &tag.into());
        assert_eq!(opened.is_ok(), valid, "vector {id}");

        if aad.is_empty() {
            let ours = AeadKey::new(&key);
            let mut buffer = vec![0; message.len()];
            assert_eq!(ours.seal(nonce, &message, &mut buffer) == tag && buffer == ciphertext, valid, "vector {id}");
            let untouched = vec![0; message.len()];
            buffer.clone_from(&untouched);
            assert_eq!(ours.open(nonce, &ciphertext, tag, &mut buffer), valid, "vector {id}");
            assert_eq!(buffer, if valid { message } else { untouched }, "vector {id}");
            through_our_calls += 1;
        }
    });
    assert_eq!((count, through_our_calls), (325, 45));
}

#[test]
fn xchacha20_poly1305_seals_and_opens_as_its_draft_states() {
    let key = unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    let nonce = unhex("404142434445464748494a4b4c4d4e4f5051525354555657");
    let bound = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
    let message = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
                    sunscreen would be it.";
    let mut buffer = message.to_vec();
    let tag = seal_extended(&key, &nonce, &bound, &mut buffer);
    assert_eq!(hex::encode(tag), "c0875924c1c7987947deafd8780acf49");
    assert!(hex::encode(&buffer).starts_with("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"));
    assert!(!open_extended(&key, &nonce, b"elsewhere", &mut buffer, tag));
    assert!(open_extended(&key, &nonce, &bound, &mut buffer, tag));
    assert_eq!(buffer, message);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct XdhVector {
    tc_id: u32,
    public: String,
    private: String,
    shared: String,
    flags: Vec<String>,
}

#[test]
fn x25519_agrees_as_stated_and_a_shared_secret_of_zero_is_noticed() {
    let count = each("x25519", |vector: XdhVector| {
        let identity = Identity::from_bytes(unhex(&vector.private));
        let shared = identity.agree(unhex(&vector.public));
        assert_eq!(hex::encode(shared.as_bytes()), vector.shared, "vector {}", vector.tc_id);
        let zero = vector.flags.iter().any(|flag| flag == "ZeroSharedSecret");
        assert_eq!(shared.was_contributory(), !zero, "vector {}", vector.tc_id);
    });
    assert_eq!(count, 518);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HkdfVector {
    tc_id: u32,
    ikm: String,
    salt: String,
    info: String,
    size: usize,
    okm: String,
    result: String,
}

#[test]
fn hkdf_sha256_derives_as_stated() {
    let count = each("hkdf_sha256", |vector: HkdfVector| {
        let [ikm, salt, info, okm] =
            [&vector.ikm, &vector.salt, &vector.info, &vector.okm].map(|text| hex::decode(text).unwrap());
        let mut derived = vec![0; vector.size];
        let expanded = Hkdf::<Sha256>::new(Some(&salt), &ikm).expand(&info, &mut derived);
        assert_eq!(expanded.is_ok(), vector.result == "valid", "vector {}", vector.tc_id);
        if expanded.is_ok() {
            assert_eq!(derived, okm, "vector {}", vector.tc_id);
            // A shorter result is the beginning of a longer one, so every vector also fits our 32 bytes.
            let compared = okm.len().min(32);
            assert_eq!(derive_key(&ikm, &salt, &info)[..compared], okm[..compared], "vector {}", vector.tc_id);
        }
    });
    assert_eq!(count, 86);
}
