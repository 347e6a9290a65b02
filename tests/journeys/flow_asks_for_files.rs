//! A flow inserts a `FileRequest__c` in state *Requested*: the connector claims it, once, and asks the customer.

use std::time::Duration;

use harness::{Casegate, Options};
use serde_json::{Value, json};

const A_MINUTE: Duration = Duration::from_mins(1);

fn wanted(world: &Casegate, needed: &str) -> Value {
    json!({
        "Case__c": world.case_in(0, "gateway_reboots"),
        "State__c": "Requested",
        "RecipientEmail__c": "grace.hopper@customer.example",
        "RecipientName__c": "Grace Hopper",
        "Language__c": "de",
        "Needed__c": needed,
        "Message__c": "Bitte senden Sie uns den Speicherabzug.",
    })
}

fn record<'a>(records: &'a [Value], id: &str) -> &'a Value {
    records.iter().find(|record| record["Id"] == id).expect("the flow's record is there")
}

#[tokio::test]
async fn it_is_claimed_and_goes_the_way_of_every_request() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(options).await;
        world.settle().await;
        let id = world.flow_inserts("FileRequest__c", wanted(&world, "Speicherabzug")).await;
        world.advance(A_MINUTE);
        world.settle().await;

        let records = world.records("FileRequest__c");
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(record(&records, &id)["State__c"], "Sent");
        let external_id = records[0]["ExternalId__c"].as_str().unwrap();
        assert!(external_id.starts_with(&world.org().org_id()));
        let mail = world.mailbox().newest();
        assert!(mail.text.unwrap().contains("Speicherabzug"));

        let grace = world.customer_opens(&world.mailbox().newest_link()).await;
        let dump = world.sample("core.dump", 20_000);
        grace.upload(&dump).await;
        world.settle().await;
        grace.finish().await;
        world.settle().await;
        let anna = world.agent("anna").on("gateway_reboots");
        let panel = anna.panel().await;
        assert_eq!(panel["requests"][0]["progress"], "fulfilled");
        assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes);
        let records = world.records("FileRequest__c");
        assert_eq!((records.len(), &records[0]["State__c"]), (1, &"Fulfilled".into()));
        assert_eq!(world.records("SecureFile__c")[0]["FileRequest__c"], id.as_str());
        let created = world.audit("gateway_reboots").await;
        assert_eq!(created.iter().filter(|event| event.activity == "file_request_created").count(), 1);
        world.finish().await;
    }
}

#[tokio::test]
async fn two_connectors_claim_each_once() {
    let mut world = Casegate::start(Options { api_budget: 1_000, ..Options::on_postgres() }).await;
    let other = world.start_other().await;
    for number in 0..20 {
        world.flow_inserts("FileRequest__c", wanted(&world, &format!("file {number}"))).await;
    }
    // Both look at the very same moment, more than once.
    for _ in 0..3 {
        tokio::join!(world.work(), world.other(other).work());
        world.advance(A_MINUTE);
    }
    world.settle().await;
    let records = world.records("FileRequest__c");
    assert_eq!(records.len(), 20);
    assert!(records.iter().all(|record| record["State__c"] == "Sent" && record["ExternalId__c"].is_string()));
    assert_eq!(world.mailbox().mails().len(), 20);
    let anna = world.agent("anna").on("gateway_reboots");
    assert_eq!(anna.panel().await["requests"].as_array().unwrap().len(), 20);
    world.finish().await;
}

#[tokio::test]
async fn an_org_is_asked_once_a_minute_however_many_connectors_there_are() {
    let mut world = Casegate::start(Options::on_postgres()).await;
    let other = world.start_other().await;
    let looks = |world: &Casegate| {
        let is_look = |path: &str| path.ends_with("/queryAll");
        world.org().requests().iter().filter(|request| is_look(&request.path)).count()
    };
    for minute in 1..=3 {
        for _ in 0..3 {
            world.work().await;
            world.other(other).work().await;
        }
        assert_eq!(looks(&world), minute);
        world.advance(A_MINUTE);
    }
    world.finish().await;
}

#[tokio::test]
async fn the_cases_contact_is_asked_when_the_flow_names_nobody() {
    let world = Casegate::usual().await;
    let case = world.case_in(0, "gateway_reboots");
    world
        .flow_inserts("FileRequest__c", json!({ "Case__c": case, "State__c": "Requested", "Needed__c": "Logs" }))
        .await;
    world.settle().await;
    let mail = world.mailbox().newest();
    assert_eq!(mail.to[0].address, "grace.whitfield@harbour-finch.example");
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_sent_says_so_where_people_look() {
    let world = Casegate::usual().await;
    let case = world.case_in(0, "no_contact");
    world.change_row("Case", &case, &json!({ "SuppliedEmail": null })).await;
    let mut nobody = json!({ "Case__c": case, "State__c": "Requested", "Needed__c": "Logs" });
    let without_address = world.flow_inserts("FileRequest__c", nobody.clone()).await;
    nobody["Case__c"] = Value::Null;
    let without_case = world.flow_inserts("FileRequest__c", nobody).await;
    world.settle().await;
    let records = world.records("FileRequest__c");
    for id in [&without_address, &without_case] {
        assert_eq!(record(&records, id)["State__c"], "Undelivered");
    }
    let panel = world.agent("anna").on("no_contact").panel().await;
    assert_eq!(panel["requests"][0]["progress"], "undelivered");
    assert!(world.mailbox().mails().is_empty());
    world.finish().await;
}
