//! A Case is deleted: its links stop, its files stay, and everything goes on when the Case comes back.

use std::time::Duration;

use harness::{Casegate, Options, a_request};
use serde_json::Value;

#[tokio::test]
async fn its_links_stop_until_it_comes_back() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(options).await;
        let anna = world.agent("anna").on("scanner_drift");
        let request = anna.request_file(&a_request("1")).await;
        let link = anna.copy_link(&request).await;
        let grace = world.customer_opens(&link).await;
        let dump = world.sample("core.dump", 20_000);
        let upload = grace.begin(&dump).await;
        world.settle().await;

        world.delete_case("scanner_drift").await;
        world.advance(Duration::from_mins(1));
        world.settle().await;
        grace.append(&upload, 0, dump.bytes.clone()).await.refused(410, "link_closed");
        world.try_open(&link).await.err().expect("refused").refused(410, "link_closed");
        let record = &world.records("FileRequest__c")[0];
        assert_eq!((&record["State__c"], &record["Case__c"]), (&"Suspended".into(), &Value::Null));

        world.restore_case("scanner_drift").await;
        world.advance(Duration::from_mins(1));
        world.settle().await;
        grace.append(&upload, 0, dump.bytes.clone()).await.expect(204);
        world.settle().await;
        grace.finish().await;
        world.settle().await;
        let record = &world.records("FileRequest__c")[0];
        assert_eq!((&record["State__c"], &record["Case__c"]), (&"Fulfilled".into(), &anna.case.as_str().into()));
        assert_eq!(anna.open(&anna.panel().await["files"][0]).await.body, dump.bytes);
        let events = world.audit("scanner_drift").await;
        let count = |activity: &str| events.iter().filter(|event| event.activity == activity).count();
        assert_eq!((count("file_request_suspended"), count("file_request_resumed")), (1, 1));
        world.finish().await;
    }
}

#[tokio::test]
async fn a_file_that_was_not_written_yet_is_written_without_a_case() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("scanner_drift");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    grace.upload(&world.sample("core.dump", 20_000)).await;
    world.delete_case("scanner_drift").await;
    world.settle().await;
    world.advance(Duration::from_mins(1));
    world.settle().await;
    let files = world.records("SecureFile__c");
    assert_eq!((files.len(), &files[0]["Case__c"]), (1, &Value::Null));
    assert!(files[0]["FileRequest__c"].is_string());
    world.finish().await;
}
