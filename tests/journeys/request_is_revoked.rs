//! An agent takes a request back: its link closes at once, for sessions too.

use bytes::Bytes;
use futures_util::StreamExt as _;
use harness::{Casegate, Options, a_request};
use tokio::sync::mpsc;

#[tokio::test]
async fn its_link_and_its_sessions_are_closed() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    world.work().await;
    let link = world.mailbox().newest_link();
    let grace = world.customer_opens(&link).await;
    let dump = world.sample("core.dump", 20_000);
    let upload = grace.begin(&dump).await;

    let revoked = anna.revoke(&request).await;
    assert_eq!(revoked["progress"], "revoked");
    // Twice is once.
    anna.revoke(&request).await;
    grace.append(&upload, 0, dump.bytes.clone()).await.refused(410, "link_closed");
    grace.try_begin(&world.sample("more.log", 10), &[]).await.refused(410, "link_closed");
    grace.try_finish().await.refused(410, "link_closed");
    world.try_open(&link).await.err().expect("refused").refused(410, "link_closed");
    anna.try_on_request(&request, "links").await.refused(410, "link_closed");

    world.work().await;
    assert_eq!(world.records("FileRequest__c")[0]["State__c"], "Revoked");
    let events = world.audit("gateway_reboots").await;
    assert_eq!(events.iter().filter(|event| event.activity == "file_request_revoked").count(), 1);
    world.finish().await;
}

#[tokio::test]
async fn bytes_under_way_are_no_longer_acknowledged() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(options).await;
        let anna = world.agent("anna").on("gateway_reboots");
        let request = anna.request_file(&a_request("1")).await;
        let grace = world.customer_opens(&anna.copy_link(&request).await).await;
        let dump = world.sample("core.dump", 20_000_000);
        let upload = grace.begin(&dump).await;
        let (feed, fed) = mpsc::unbounded_channel::<Bytes>();
        let body = futures_util::stream::unfold(fed, |mut fed| async { Some((fed.recv().await?, fed)) });
        let sending =
            grace.patch(&upload, 0).body(reqwest::Body::wrap_stream(body.map(Ok::<_, std::io::Error>))).send();
        feed.send(dump.bytes.slice(..9_000_000)).unwrap();
        let revoking = async {
            while grace.offset(&upload).await == 0 {
                tokio::task::yield_now().await;
            }
            anna.revoke(&request).await;
            feed.send(dump.bytes.slice(9_000_000..)).unwrap();
            drop(feed);
        };
        let (ended, ()) = tokio::join!(sending, revoking);
        assert_eq!(ended.unwrap().status().as_u16(), 409);
        assert_eq!(grace.offset(&upload).await, 8 * 1024 * 1024, "the one segment from before");
        world.work().await;
        assert!(anna.panel().await["files"].as_array().unwrap().is_empty());
        world.finish().await;
    }
}

#[tokio::test]
async fn a_request_revoked_before_its_mail_left_sends_none() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    anna.revoke(&request).await;
    world.work().await;
    assert!(world.mailbox().mails().is_empty());
    assert_eq!(anna.panel().await["requests"][0]["progress"], "revoked");
    world.finish().await;
}
