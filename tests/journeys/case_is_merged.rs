//! Two Cases become one: requests, links, uploads and files follow to the Case that is left.

use std::time::Duration;

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn its_requests_and_files_follow() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(options).await;
        let anna = world.agent("anna").on("scanner_drift");
        let survivor = world.agent("anna").on("label_print");
        let request = anna.request_file(&a_request("1")).await;
        // The same id of the panel on both Cases.
        survivor.request_file(&a_request("1")).await;
        let link = anna.copy_link(&request).await;
        let grace = world.customer_opens(&link).await;
        let first = world.sample("first.log", 20_000);
        grace.upload(&first).await;
        world.settle().await;
        let second = world.sample("second.log", 30_000);
        let upload = grace.begin(&second).await;
        grace.append(&upload, 0, second.bytes.slice(..10_000)).await.expect(204);

        world.merge_case("scanner_drift", "label_print").await;
        world.advance(Duration::from_mins(1));
        world.settle().await;

        // The customer notices nothing.
        grace.append(&upload, 10_000, second.bytes.slice(10_000..)).await.expect(204);
        world.settle().await;
        world.customer_opens(&link).await;
        grace.finish().await;
        world.settle().await;
        let panel = survivor.panel().await;
        assert_eq!(panel["requests"].as_array().unwrap().len(), 2);
        assert_eq!(panel["files"].as_array().unwrap().len(), 2);
        for (file, sample) in panel["files"].as_array().unwrap().iter().zip([&second, &first]) {
            assert_eq!(survivor.open(file).await.body, sample.bytes);
            assert_eq!(file["attached"], true);
        }
        for object in ["FileRequest__c", "SecureFile__c"] {
            let records = world.records(object);
            assert_eq!(records.len(), 2);
            assert!(records.iter().all(|record| record["Case__c"] == survivor.case.as_str()), "{object}");
        }
        let events = world.audit("label_print").await;
        let moved = |activity: &str| events.iter().filter(|event| event.activity == activity).count();
        assert_eq!((moved("file_request_moved"), moved("file_moved")), (1, 1));
        // Looking again at the same merge changes nothing.
        world.advance(Duration::from_mins(1));
        world.settle().await;
        assert_eq!(world.audit("label_print").await.len(), events.len(), "nothing moved again");
        world.finish().await;
    }
}

#[tokio::test]
async fn what_was_not_written_yet_is_written_under_the_survivor() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("scanner_drift");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    grace.upload(&world.sample("core.dump", 20_000)).await;
    // Nothing has reached Salesforce when the Case goes.
    world.merge_case("scanner_drift", "label_print").await;
    world.settle().await;
    world.advance(Duration::from_mins(1));
    world.settle().await;
    let survivor = world.agent("anna").on("label_print");
    assert_eq!(world.records("SecureFile__c")[0]["Case__c"], survivor.case.as_str());
    assert_eq!(survivor.panel().await["files"][0]["attached"], true);
    world.finish().await;
}
