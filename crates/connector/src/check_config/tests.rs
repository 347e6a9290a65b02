//! Each check finds what it is for, and leaves nothing behind.

use futures_util::TryStreamExt;
use object_store::memory::InMemory;
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::config::{AgentCertificate, Origin, Secret, TlsFiles};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_277_892_000)
}

#[tokio::test]
async fn a_good_store_is_left_as_it_was_found() {
    let store = InMemory::new();
    put_get_delete(&store, &Randomness::seeded(1)).await.unwrap();
    assert!(store.list(None).try_collect::<Vec<_>>().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    std::fs::write(folder.path().join("probe"), "in the way").unwrap();
    let sentence = put_get_delete(&store, &Randomness::seeded(1)).await.unwrap_err();
    assert!(sentence.starts_with("probe/") && sentence.contains("cannot be written"), "{sentence}");
}

#[test]
fn a_secret_that_everybody_may_read_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "secret").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(readable_by_everybody(&file));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(!readable_by_everybody(&file));
}

fn params(not_after_year: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["files.example.com".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(not_after_year, 1, 1);
    params
}

#[test]
fn an_expired_or_foreign_tls_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles { certificate: folder.path().join("crt"), key: folder.path().join("key") };
    let write = |year| {
        let key = KeyPair::generate().unwrap();
        std::fs::write(&files.certificate, params(year).self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
    };
    let base_url = Origin::parse("https://files.example.com").unwrap();
    write(2027);
    let found = certificate::check_tls(&files, &base_url, now()).unwrap();
    assert!(found.ends_with("good for 40 days"), "{found}");
    let other = Origin::parse("https://other.example.com").unwrap();
    assert!(certificate::check_tls(&files, &other, now()).unwrap_err().contains("is not for other.example.com"));
    write(2026);
    assert!(certificate::check_tls(&files, &base_url, now()).unwrap_err().contains("expired 324 days ago"));
}

#[test]
fn an_agent_certificate_must_be_rsa_and_in_time() {
    let check = |key: &KeyPair, year| {
        let pem = params(year).self_signed(key).unwrap().pem();
        certificate::check_agent(&AgentCertificate { pem, file: "agent.crt".into() }, now())
    };
    let rsa = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    assert_eq!(check(&rsa, 2027).unwrap(), "agent certificate agent.crt good for 40 days");
    assert!(check(&rsa, 2026).unwrap_err().contains("expired"));
    assert!(check(&KeyPair::generate().unwrap(), 2027).unwrap_err().contains("no RSA key"));
    let nonsense = AgentCertificate { pem: "nonsense".to_owned(), file: "agent.crt".into() };
    assert!(certificate::check_agent(&nonsense, now()).unwrap_err().contains("no PEM certificate"));
}

#[test]
fn keys_open_what_they_seal() {
    let identity = |byte: u8| envelope::Identity::from_bytes([byte; 32]);
    let keys: KeysConfig = {
        let text = identity(1).to_text().to_string();
        KeysConfig {
            current_identity: Secret::new(text),
            retired_identities: Vec::new(),
            recovery_recipients: vec![identity(2).recipient()],
            link_hash_key: crate::config::keys::LinkHashKey::from_bytes([7; 32]),
        }
    };
    let found = round_trip(&keys, &Randomness::seeded(1)).unwrap();
    assert!(found.contains("1 for recovery") && !found.contains("SECRET"), "{found}");
}

#[test]
fn one_failure_makes_the_report_bad_and_readable() {
    let mut report = Report { checks: Vec::new() };
    report.add("keys", Ok("fine".to_owned()));
    assert!(report.is_good());
    report.add("mail", Err("nobody answers".to_owned()));
    assert!(!report.is_good());
    assert_eq!(report.to_string(), "ok    keys: fine\nfail  mail: nobody answers\n");
}
