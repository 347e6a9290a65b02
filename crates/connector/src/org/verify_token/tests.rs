//! Which signed texts hold: Wycheproof's vectors, the golden token, and forgeries of it.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RsaEncoding, RsaKeyPair};
use aws_lc_rs::{hmac, signature};
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;
use crate::config::{AgentCertificate, OrgConfig, Origin, Secret};

mod forgeries;
mod wycheproof;

const AUDIENCE: &str = "https://casegate.example.com";

/// `tests/payloads/agent-token.json`: what Apex, the simulated Org and this verifier agree on.
#[derive(Deserialize)]
struct Golden {
    header: Value,
    claims: Value,
    token: String,
    certificate_pem: String,
    test_only_private_key_pem: String,
    /// Seconds.
    now: i64,
}

impl Golden {
    fn read() -> Self {
        let text = include_str!("../../../../../tests/payloads/agent-token.json");
        serde_json::from_str(text).unwrap()
    }

    fn key(&self) -> RsaKeyPair {
        RsaKeyPair::from_pkcs8(&der_of(&self.test_only_private_key_pem)).unwrap()
    }

    fn keys(&self) -> Vec<DecodingKey> {
        vec![public_key_of(&self.certificate_pem).unwrap()]
    }

    /// The Org of the golden token, and another one with a key of its own.
    fn orgs(&self) -> Orgs {
        let other = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let other = rcgen::CertificateParams::default().self_signed(&other).unwrap().pem();
        let own = self.claims["iss"].as_str().unwrap();
        let configs = [(own, self.certificate_pem.clone()), (OTHER_ORG, other)].map(|(id, pem)| self.org(id, pem));
        Orgs::open(&configs, &Clock::fixed(self.moment(0))).unwrap()
    }

    fn org(&self, id: &str, pem: String) -> OrgConfig {
        let origin = |text: &str| Origin::parse(text).unwrap();
        OrgConfig {
            org_id: OrgId::parse(id).unwrap(),
            instance_url: origin("https://acme.my.salesforce.com"),
            client_id: "3MVG9".to_owned(),
            username: "casegate@acme.example".to_owned(),
            audience: origin("https://login.salesforce.com"),
            private_key: Secret::new(self.test_only_private_key_pem.clone()),
            agent_certificates: vec![AgentCertificate { pem, file: "agent.crt".into() }],
            lightning_origins: vec![origin("https://acme.lightning.force.com")],
            namespace_prefix: String::new(),
            sandbox: false,
            mail_domains: vec![],
            case_mailbox: None,
        }
    }

    /// That many seconds after the token's own moment.
    fn moment(&self, seconds: i64) -> Timestamp {
        Timestamp::from_millis((self.now + seconds) * 1_000)
    }

    /// Signed by the right key, whatever it says.
    fn sign(&self, header: &str, claims: &str) -> String {
        signed_by(&self.key(), &signature::RSA_PKCS1_SHA256, header, claims)
    }

    /// The right claims with some changed; `null` removes one.
    fn claims_with(&self, changes: &Value) -> String {
        let mut claims = self.claims.clone();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims.to_string()
    }

    fn parts(&self) -> [&str; 3] {
        self.token.split('.').collect::<Vec<_>>().try_into().unwrap()
    }
}

const OTHER_ORG: &str = "00D000000000001";

fn der_of(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).unwrap()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed_by(key: &RsaKeyPair, how: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(how, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
    format!("{input}.{}", encode(signature))
}

#[test]
fn the_golden_token_holds_and_says_who_is_asking() {
    let golden = Golden::read();
    let orgs = golden.orgs();
    let (token, org) = verify_agent_token(&golden.token, &orgs, AUDIENCE, golden.moment(0)).unwrap();
    assert_eq!(org.id().as_str(), golden.claims["iss"].as_str().unwrap());
    assert_eq!(token.user.as_str(), golden.claims["sub"].as_str().unwrap());
    assert_eq!(token.jti, golden.claims["jti"].as_str().unwrap());
    let payload = verify_jws(&golden.token, &golden.keys()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap(), golden.claims);
}

#[test]
fn what_this_test_signs_itself_holds_as_well() {
    // Otherwise every refusal below could have a reason nobody meant.
    let golden = Golden::read();
    let orgs = golden.orgs();
    let again = golden.sign(&golden.header.to_string(), &golden.claims.to_string());
    assert!(verify_agent_token(&again, &orgs, AUDIENCE, golden.moment(0)).is_ok());
    for harmless in
        [r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","typ":"jwt"}"#, r#"{"kid":"../../dev/null","alg":"RS256"}"#]
    {
        let token = golden.sign(harmless, &golden.claims.to_string());
        assert!(verify_agent_token(&token, &orgs, AUDIENCE, golden.moment(0)).is_ok(), "{harmless}");
    }
}

#[test]
fn a_token_ends_to_the_second_and_begins_to_the_second() {
    let golden = Golden::read();
    let orgs = golden.orgs();
    let at = |seconds: i64| verify_agent_token(&golden.token, &orgs, AUDIENCE, golden.moment(seconds)).map(|_| ());
    let (issued, ended) = (-30, 270);
    assert_eq!(at(issued - 60), Ok(()), "our clock may be a minute behind");
    assert_eq!(at(issued - 61), Err(JwsFault::Token(TokenFault::NotYet)));
    assert_eq!(at(ended + 59), Ok(()), "our clock may be a minute ahead");
    for late in [60, 3_600, 31_536_000] {
        assert_eq!(at(ended + late), Err(JwsFault::Token(TokenFault::Expired)));
    }
}

#[test]
fn a_token_is_good_for_one_connector_and_one_org() {
    let golden = Golden::read();
    let orgs = golden.orgs();
    for audience in ["https://casegate.example.com/", "https://casegate.example.org", "http://casegate.example.com", ""]
    {
        let refused = verify_agent_token(&golden.token, &orgs, audience, golden.moment(0)).map(|_| ());
        assert_eq!(refused, Err(JwsFault::Token(TokenFault::Audience)), "{audience}");
    }
    let said = |issuer: &str| {
        let token = golden.sign(&golden.header.to_string(), &golden.claims_with(&json!({ "iss": issuer })));
        verify_agent_token(&token, &orgs, AUDIENCE, golden.moment(0)).map(|_| ())
    };
    assert_eq!(said(OTHER_ORG), Err(JwsFault::Signature), "one Org's key signs for another");
    assert_eq!(said("00D000000000002"), Err(JwsFault::UnknownOrg));
    // The same 15 characters in other letters are another Org.
    assert_eq!(said("00d000000000062"), Err(JwsFault::Claims));
}

#[test]
fn a_certificate_without_an_rsa_key_is_not_taken() {
    let key = rcgen::KeyPair::generate().unwrap();
    let elliptic = rcgen::CertificateParams::default().self_signed(&key).unwrap().pem();
    for pem in ["", "certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &elliptic] {
        assert!(public_key_of(pem).is_err(), "{pem}");
    }
}
