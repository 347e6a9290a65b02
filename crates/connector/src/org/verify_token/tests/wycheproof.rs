//! Every JWS vector of Wycheproof: RS256 ends as stated, every other algorithm is refused.

use std::collections::BTreeMap;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    #[serde(rename = "numberOfTests")]
    number_of_tests: usize,
    #[serde(rename = "testGroups")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    comment: String,
    #[serde(default)]
    public: Option<Value>,
    private: Value,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    jws: Value,
    result: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../../../tests/payloads/wycheproof/json_web_signature.json")).unwrap()
}

/// Valid RS256 vectors that we refuse because we are stricter than RFC 7515, each with the reason: none.
const STRICTER: [(u32, &str); 0] = [];

/// Invalid only because of what the JWK says about itself: its bytes sign well with RS256. Our keys are certificates
/// that the operator registered for agent tokens and nothing else; a key that was made for another purpose is not one.
const WRONG_PURPOSE: [(u32, &str); 3] = [
    (332, "the JWK is for PS512, the header says RS256"),
    (353, "the JWK is for encryption (use)"),
    (355, "the JWK is for encryption (key_ops)"),
];

impl Group {
    fn jwk(&self) -> &Value {
        self.public.as_ref().unwrap_or(&self.private)
    }

    fn text(&self, name: &str) -> &str {
        self.jwk()[name].as_str().unwrap_or_default()
    }

    fn is_rs256(&self) -> bool {
        self.text("kty") == "RSA" && self.text("alg") == "RS256"
    }

    /// What an operator would register of this group: RSA keys that are for RS256 signatures.
    fn registered(&self) -> Vec<DecodingKey> {
        let is_for_signatures = matches!(self.text("use"), "" | "sig")
            && self.jwk()["key_ops"].as_array().is_none_or(|all| all.contains(&json!("verify")));
        if self.is_rs256() && is_for_signatures { vec![self.key()] } else { vec![] }
    }

    /// The key whatever it is for, so that the algorithm alone decides.
    fn key(&self) -> DecodingKey {
        match self.text("kty") {
            "RSA" => DecodingKey::from_rsa_components(self.text("n"), self.text("e")).unwrap(),
            "EC" => DecodingKey::from_ec_components(self.text("x"), self.text("y")).unwrap(),
            _ => DecodingKey::from_secret(&URL_SAFE_NO_PAD.decode(self.text("k")).unwrap()),
        }
    }
}

impl Vector {
    /// One vector is not text but the JSON serialization, which is no compact one either.
    fn text(&self) -> String {
        self.jws.as_str().map_or_else(|| self.jws.to_string(), str::to_owned)
    }
}

#[test]
fn every_rs256_vector_ends_as_stated() {
    let (mut accepted, mut refused) = (0, 0);
    for group in vectors().groups.iter().filter(|group| group.is_rs256()) {
        let keys = group.registered();
        assert_eq!(keys.len(), 1, "{}", group.comment);
        for vector in &group.tests {
            let is_stricter = STRICTER.iter().any(|(id, _)| *id == vector.id);
            let expected = vector.result == "valid" && !is_stricter;
            let verified = verify_jws(&vector.text(), &keys);
            assert_eq!(verified.is_ok(), expected, "{} {}: {verified:?}", vector.id, vector.comment);
            *(if expected { &mut accepted } else { &mut refused }) += 1;
        }
    }
    println!("Wycheproof JWS, RS256: {accepted} accepted, {refused} refused, {} of them valid", STRICTER.len());
    assert_eq!((accepted, refused), (8, 225), "the vectors are the ones that were looked at");
}

#[test]
fn every_other_algorithm_is_refused_with_its_own_key_and_with_all_rsa_keys() {
    let vectors = vectors();
    let rsa = || vectors.groups.iter().filter(|group| group.text("kty") == "RSA").map(Group::key);
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = 0;
    for group in &vectors.groups {
        for vector in &group.tests {
            seen += 1;
            if group.is_rs256() {
                continue;
            }
            let token = vector.text();
            assert!(verify_jws(&token, &group.registered()).is_err(), "{} {}", vector.id, vector.comment);
            if WRONG_PURPOSE.iter().any(|(id, _)| *id == vector.id) {
                continue;
            }
            let keys: Vec<_> = std::iter::once(group.key()).chain(rsa()).collect();
            let verified = verify_jws(&token, &keys);
            assert!(verified.is_err(), "{} {}", vector.id, vector.comment);
            *counted.entry(format!("{} {}", group.text("kty"), group.text("alg"))).or_default() += 1;
        }
    }
    let refused: usize = counted.values().sum();
    println!("Wycheproof JWS, other algorithms: {refused} refused: {counted:?}");
    assert_eq!(seen, vectors.number_of_tests);
    assert_eq!(refused + WRONG_PURPOSE.len() + 233, seen);
}

#[test]
fn only_the_purpose_of_the_key_speaks_against_three_vectors() {
    for group in &vectors().groups {
        for vector in &group.tests {
            if let Some((id, reason)) = WRONG_PURPOSE.iter().find(|(id, _)| *id == vector.id) {
                assert!(group.registered().is_empty(), "{id}: {reason}");
                assert!(verify_jws(&vector.text(), &[group.key()]).is_ok(), "{id} would verify: {reason}");
            }
        }
    }
}
