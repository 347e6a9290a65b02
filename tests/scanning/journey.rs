//! From the customer's upload to what the agent may do with the file, with a real clamd in between.

use std::io::Write as _;

use harness::scanners::{self, CLAMD_TAKES_BYTES, Clamd};
use harness::{Casegate, Options, Sample, a_request};
use inspection::scanner::sample;
use serde_json::Value;

async fn world() -> Casegate {
    let scanners = scanners::section(&Clamd::shared().address(), CLAMD_TAKES_BYTES, 120);
    Casegate::start(Options { scanners, ..Options::default() }).await
}

/// The file as the panel shows it, after one upload.
async fn received(world: &Casegate, file: &Sample) -> Value {
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request(&file.name)).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    grace.upload(file).await;
    world.settle().await;
    anna.panel().await["files"][0].clone()
}

/// A zip archive that says of its member that it is encrypted, as any packer with a password does.
fn encrypted() -> Vec<u8> {
    let content = b"0123456789ab and then what nobody can read";
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let shared =
        [&[20, 0, 1, 0, 0, 0, 0, 0, 0x21, 0][..], &crc.sum().to_le_bytes(), &length, &length, &[1, 0, 0, 0]].concat();
    let mut bytes = Vec::new();
    bytes.write_all(&[b"PK\x03\x04", &shared[..], b"a", content].concat()).unwrap();
    let directory = u32::try_from(bytes.len()).unwrap();
    bytes.write_all(&[b"PK\x01\x02\x14\x00", &shared[..], &[0; 14], b"a"].concat()).unwrap();
    let size = u32::try_from(bytes.len()).unwrap() - directory;
    let end = [&[0; 4][..], &[1, 0, 1, 0], &size.to_le_bytes(), &directory.to_le_bytes(), &[0; 2]].concat();
    bytes.write_all(&[b"PK\x05\x06", &end[..]].concat()).unwrap();
    bytes
}

#[tokio::test]
async fn what_was_found_is_named_and_stays_shut() {
    let world = world().await;
    let file = Sample { name: "invoice.pdf".to_owned(), bytes: sample::test_file().into() };
    let shown = received(&world, &file).await;
    assert_eq!(shown["scan"], "infected");
    assert!(shown["scan_finding"].as_str().unwrap().starts_with("Eicar-"), "{shown}");
    let anna = world.agent("anna").on("gateway_reboots");
    for answer in [anna.try_ticket(&shown).await, anna.try_ticket_because(&shown, "I am curious").await] {
        assert_eq!((answer.status, answer.json()["code"].as_str()), (422, Some("not_clean")));
    }
    assert_eq!(world.records("SecureFile__c")[0]["ScanState__c"], "Infected");
    world.finish().await;
}

#[tokio::test]
async fn a_clean_file_opens_at_once() {
    let world = world().await;
    let file = world.sample("server.log", 300_000);
    let shown = received(&world, &file).await;
    assert_eq!((&shown["scan"], &shown["scan_gaps"]), (&"clean".into(), &serde_json::json!([])));
    let anna = world.agent("anna").on("gateway_reboots");
    assert_eq!(anna.open(&shown).await.body, file.bytes);
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_could_look_into_opens_for_a_reason_that_is_recorded() {
    let world = world().await;
    let file = Sample { name: "secret.zip".to_owned(), bytes: encrypted().into() };
    let shown = received(&world, &file).await;
    assert_eq!((&shown["scan"], &shown["scan_gaps"]), (&"not_fully_scanned".into(), &serde_json::json!(["encrypted"])));
    let anna = world.agent("anna").on("gateway_reboots");
    let refused = anna.try_ticket(&shown).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("reason_needed")));
    let ticket = anna.try_ticket_because(&shown, "The customer told me the password.").await;
    assert_eq!(ticket.status, 201);
    let opened = anna.download(ticket.json()["url"].as_str().unwrap(), &[]).await;
    assert_eq!(opened.body, file.bytes);
    let issued = world.audit("gateway_reboots").await.into_iter().find(|event| event.activity == "ticket_issued");
    assert_eq!(issued.unwrap().reason.as_deref(), Some("The customer told me the password."));
    world.finish().await;
}
