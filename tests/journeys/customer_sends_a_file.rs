//! A customer is asked for a file, sends it, and the agent opens the very same bytes.

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn on_sqlite_and_disk() {
    sends_a_file(Casegate::usual().await).await;
}

#[tokio::test]
async fn on_postgres() {
    sends_a_file(Casegate::start(Options::on_postgres()).await).await;
}

async fn sends_a_file(world: Casegate) {
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    world.work().await;

    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let dump = world.sample("Größenprotokoll № 1 – “core dump”.bin", 300_000);
    grace.upload(&dump).await;
    world.work().await;
    let receipt = grace.finish().await;
    world.work().await;

    assert_eq!(receipt["files"][0]["sha256"], dump.sha256());
    let panel = anna.panel().await;
    let file = &panel["files"][0];
    assert_eq!(file["request_id"], request["id"]);
    assert_eq!(anna.open(file).await.body, dump.bytes);
    world.finish().await;
}
