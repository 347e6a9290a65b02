//! A customer is asked for a file, sends it, gets a receipt; the file is attached to the Case, once, and the agent opens
//! the very same bytes.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{Casegate, Engine, Objects, Options, Sample, a_request};
use serde_json::Value;

#[tokio::test]
async fn on_sqlite_and_disk() {
    Box::pin(sends_a_file(Options::default())).await;
}

#[tokio::test]
async fn on_postgres() {
    Box::pin(sends_a_file(Options::on_postgres())).await;
}

#[tokio::test]
async fn on_an_s3_server() {
    Box::pin(sends_a_file(Options { objects: Objects::S3, ..Options::default() })).await;
}

#[tokio::test]
async fn on_postgres_and_an_s3_server() {
    let options = Options { engine: Engine::Postgres, objects: Objects::S3, ..Options::default() };
    Box::pin(sends_a_file(options)).await;
}

#[tokio::test]
async fn in_an_org_with_a_namespace() {
    Box::pin(sends_a_file(Options { namespace: "cgate", ..Options::default() })).await;
}

async fn sends_a_file(options: Options) {
    let prefix = if options.namespace.is_empty() { String::new() } else { format!("{}__", options.namespace) };
    let world = Casegate::start(options).await;
    let second = Duration::from_secs(1);
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    world.advance(second);
    world.work().await;
    assert_eq!(anna.panel().await["requests"][0]["progress"], "sent");

    world.advance(second);
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let dump = world.sample("Größenprotokoll № 1 – “core dump”.bin", 10_000_000);
    world.advance(second);
    let upload = grace.begin(&dump).await;
    world.advance(second);
    grace.append(&upload, 0, dump.bytes.slice(..4_000_000)).await.expect(204);
    assert_eq!(anna.panel().await["requests"][0]["uploads"][0]["percent"], 40);
    grace.append(&upload, 4_000_000, dump.bytes.slice(4_000_000..)).await.expect(204);
    world.advance(second);
    world.work().await;

    world.advance(second);
    let receipt = grace.finish().await;
    world.advance(second);
    world.work().await;
    assert_eq!(receipt["files"][0]["sha256"], dump.sha256());
    assert_eq!(receipt["files"][0]["file_name"], dump.name);

    let panel = anna.panel().await;
    assert_eq!(panel["requests"][0]["progress"], "fulfilled");
    assert_eq!(panel["busy"], false);
    let file = &panel["files"][0];
    assert_eq!((file["request_id"].clone(), file["attached"].clone()), (request["id"].clone(), true.into()));
    assert_eq!(anna.open(file).await.body, dump.bytes);

    the_receipt_is_mailed(&world, &dump);
    the_records_are_right(&world, &prefix, &request, file, &dump);
    the_case_hears_of_it(&world, &prefix, file);
    the_audit_has_every_step(&world).await;
    world.finish().await;
}

fn the_receipt_is_mailed(world: &Casegate, dump: &Sample) {
    let mails = world.mailbox().mails();
    assert_eq!(mails.len(), 2, "one that asks and one receipt");
    let text = mails[1].text.clone().expect("the receipt has a text part");
    assert!(text.contains(&dump.sha256()) && text.contains(&dump.name), "{text}");
    assert!(mails[1].html.is_some());
    assert!(mails.iter().all(|mail| mail.envelope_to == ["grace.hopper@customer.example"]));
}

fn the_records_are_right(world: &Casegate, prefix: &str, request: &Value, file: &Value, dump: &Sample) {
    let org = world.org().org_id();
    let field = |record: &Value, name: &str| record[format!("{prefix}{name}")].clone();
    let requests = world.records(&format!("{prefix}FileRequest__c"));
    assert_eq!(requests.len(), 1);
    let files = world.records(&format!("{prefix}SecureFile__c"));
    assert_eq!(files.len(), 1);
    let case = world.case_in(0, "gateway_reboots");
    for (record, name, expected) in [
        (&requests[0], "ExternalId__c", format!("{org}.{}", request["id"].as_str().unwrap()).into()),
        (&requests[0], "Case__c", case.clone().into()),
        (&requests[0], "State__c", "Fulfilled".into()),
        (&requests[0], "FilesReceived__c", Value::from(1)),
        (&requests[0], "RecipientEmail__c", "grace.hopper@customer.example".into()),
        (&requests[0], "Language__c", "en".into()),
        (&requests[0], "RequestedBy__c", request["created_by_user_id"].clone()),
        (&files[0], "ExternalId__c", format!("{org}.{}", file["id"].as_str().unwrap()).into()),
        (&files[0], "Case__c", case.into()),
        (&files[0], "FileRequest__c", requests[0]["Id"].clone()),
        (&files[0], "FileName__c", dump.name.clone().into()),
        (&files[0], "SizeBytes__c", dump.len().into()),
        (&files[0], "Sha256__c", dump.sha256().into()),
        (&files[0], "SenderEmail__c", "grace.hopper@customer.example".into()),
        (&files[0], "ScanState__c", "NotScanned".into()),
        (&files[0], "State__c", "Held".into()),
        (&files[0], "KeptUntil__c", "2027-02-19".into()),
    ] {
        let found = field(record, name);
        let is_same = found == expected || (found.is_number() && found.as_f64() == expected.as_f64());
        assert!(is_same, "{name} is {found}, not {expected}");
    }
    for moment in ["SentAt__c", "OpenedAt__c", "ClosedAt__c", "ExpiresAt__c"] {
        assert!(field(&requests[0], moment).is_string(), "{moment}");
    }
}

fn the_case_hears_of_it(world: &Casegate, prefix: &str, file: &Value) {
    let reference = file["id"].as_str().unwrap();
    let posts = world.records("FeedItem");
    let ours = posts.iter().filter(|post| post["Body"].as_str().is_some_and(|body| body.contains(reference)));
    assert_eq!(ours.count(), 1, "{posts:?}");
    let events = format!("/{prefix}CaseFileEvent__e");
    let published = world.org().requests().into_iter().filter(|request| request.path.ends_with(&events));
    assert!(published.clone().count() >= 2, "one about the request, one about the file");
    assert!(published.clone().all(|request| request.status == Some(201)));
}

async fn the_audit_has_every_step(world: &Casegate) {
    let events = world.audit("gateway_reboots").await;
    // What happened in one and the same instant has no order.
    let mut instants: Vec<(i64, BTreeSet<&str>)> = Vec::new();
    for event in &events {
        match instants.last_mut() {
            Some((at, activities)) if *at == event.at => drop(activities.insert(&event.activity)),
            _ => instants.push((event.at, BTreeSet::from([event.activity.as_str()]))),
        }
    }
    let told: Vec<Vec<&str>> = instants.into_iter().map(|(_, activities)| activities.into_iter().collect()).collect();
    assert_eq!(
        told,
        [
            vec!["file_request_created"],
            vec!["request_mail_sent"],
            vec!["link_redeemed"],
            vec!["upload_started"],
            vec!["upload_completed"],
            vec!["file_attached", "file_sealed"],
            vec!["file_request_fulfilled"],
            vec!["file_opened", "receipt_sent", "ticket_issued"],
        ]
    );
    let opened = events.iter().find(|event| event.activity == "file_opened").unwrap();
    assert_eq!(opened.actor_kind, "agent");
    assert_eq!(opened.ip_address.as_deref(), Some("127.0.0.1"));
    assert!(events.iter().all(|event| !event.leaf.is_empty() && event.salt.len() == 64));
}
