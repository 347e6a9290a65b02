//! The Case is reassigned: whoever lost it opens nothing a minute later, and what they are downloading breaks off.

use std::time::Duration;

use harness::{Casegate, a_request};
use serde_json::Value;

async fn with_a_file(world: &Casegate, size: usize) -> Value {
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    grace.upload(&world.sample("core.dump", size)).await;
    world.work().await;
    anna.panel().await["files"][0].clone()
}

#[tokio::test]
async fn nothing_opens_a_minute_later() {
    let world = Casegate::usual().await;
    let file = with_a_file(&world, 100_000).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let begun = anna.ticket(&file).await;
    anna.download(&begun, &[("Range", "bytes=0-9")]).await.expect(206);

    world.take_away("gateway_reboots", "anna").await;
    world.advance(Duration::from_secs(61));
    anna.download(&begun, &[]).await.refused(404, "not_found");
    anna.try_ticket(&file).await.refused(404, "not_found");

    let events = world.audit("gateway_reboots").await;
    let refused = events.iter().filter(|event| event.activity == "open_refused").count();
    assert!(refused >= 1, "the refusal is recorded");
    world.finish().await;
}

#[tokio::test]
async fn a_download_under_way_breaks_off() {
    let world = Casegate::usual().await;
    // More than sockets on the way can hold.
    let size = 48_000_000;
    let file = with_a_file(&world, size).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let url = anna.ticket(&file).await;
    let mut download = world.http().get(&url).send().await.unwrap();
    let mut received = download.chunk().await.unwrap().expect("a first piece").len();

    world.take_away("gateway_reboots", "anna").await;
    world.advance(Duration::from_secs(61));
    let ended_well = loop {
        match download.chunk().await {
            Ok(Some(piece)) => received += piece.len(),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    assert!(!ended_well && received < size, "{received} bytes came, and the end was clean: {ended_well}");
    world.finish().await;
}
