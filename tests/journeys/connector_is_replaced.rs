//! A new connector takes over from the old one in the middle of an upload: the customer goes on, nothing is lost, and
//! what waited is done by the new one, unasked.

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn an_upload_goes_on_where_it_stood() {
    for options in [Options::default(), Options::on_postgres()] {
        let mut world = Casegate::start(options).await;
        let link = {
            let anna = world.agent("anna").on("gateway_reboots");
            let request = anna.request_file(&a_request("1")).await;
            anna.copy_link(&request).await
        };
        let dump = world.sample("core.dump", 9_000_000);
        let grace = world.customer_opens(&link).await;
        let upload = grace.begin(&dump).await;
        grace.append(&upload, 0, dump.bytes.slice(..5_000_000)).await.expect(204);

        world.restart().await;
        let grace = grace.at(&world.connector.url);
        assert_eq!(grace.offset(&upload).await, 5_000_000);
        grace.append(&upload, 5_000_000, dump.bytes.slice(5_000_000..)).await.expect(204);
        world.settle().await;
        assert_eq!(grace.finish().await["files"][0]["sha256"], dump.sha256());
        world.settle().await;
        assert_eq!(world.mailbox().mails().len(), 2, "the mail that waited and the receipt");
        let anna = world.agent("anna").on("gateway_reboots");
        let panel = anna.panel().await;
        assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes);
        world.finish().await;
    }
}

/// As in production: workers of two connectors share one outbox.
#[tokio::test]
async fn workers_do_everything_once() {
    let mut world = Casegate::start(Options::on_postgres()).await;
    let other = world.start_other().await;
    world.connector.start_workers().await;
    world.other(other).start_workers().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    for number in 0..8 {
        grace.upload(&world.sample(&format!("{number}.log"), 20_000)).await;
    }
    // The story's clock stands still, so whatever is put off waits for us to move it.
    while !world.jobs().await.is_empty() {
        world.advance(std::time::Duration::from_secs(1));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(grace.finish().await["files"].as_array().unwrap().len(), 8);
    while !world.jobs().await.is_empty() {
        world.advance(std::time::Duration::from_secs(1));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(world.mailbox().mails().len(), 2);
    assert_eq!(world.records("SecureFile__c").len(), 8);
    let posts = world.records("FeedItem");
    let ours = posts.iter().filter(|post| post["Body"].as_str().is_some_and(|body| body.contains("[casegate ")));
    assert_eq!(ours.count(), 8);
    assert_eq!(anna.panel().await["busy"], false);
    world.finish().await;
}
