//! A request whose time is over closes by itself, and its link says so.

use std::time::Duration;

use harness::{Casegate, a_request};

#[tokio::test]
async fn its_link_is_closed_and_the_record_says_expired() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let mut wanted = a_request("1");
    wanted["lifetime_hours"] = 48.into();
    let request = anna.request_file(&wanted).await;
    world.work().await;
    let link = world.mailbox().newest_link();
    world.advance(Duration::from_hours(47));
    let grace = world.customer_opens(&link).await;
    let dump = world.sample("core.dump", 20_000);
    let upload = grace.begin(&dump).await;
    grace.append(&upload, 0, dump.bytes.slice(..10_000)).await.expect(204);

    world.advance(Duration::from_hours(1));
    // Closed at its own end, not when somebody looks.
    grace.append(&upload, 10_000, dump.bytes.slice(10_000..)).await.refused(410, "link_closed");
    world.try_open(&link).await.err().expect("refused").refused(410, "link_closed");
    anna.try_on_request(&request, "resend").await.refused(410, "link_closed");
    world.work().await;
    let panel = anna.panel().await;
    assert_eq!(panel["requests"][0]["progress"], "expired");
    assert_eq!(panel["requests"][0]["closed_at"], request["expires_at"]);
    assert_eq!(world.records("FileRequest__c")[0]["State__c"], "Expired");

    // The half of a file goes with its idle lifetime.
    world.advance(Duration::from_hours(8 * 24));
    world.work().await;
    let cancelled =
        world.audit("gateway_reboots").await.into_iter().filter(|event| event.activity == "upload_cancelled");
    assert_eq!(cancelled.count(), 1);
    world.settle().await;
    world.finish().await;
}
