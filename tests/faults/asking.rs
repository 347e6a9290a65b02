//! Salesforce is away, or slow, while a file is asked for and sent: people notice nothing, and it catches up.

use harness::{Casegate, a_request};
use simulated_org::{Effect, Fault};

#[tokio::test]
async fn an_org_that_is_down_stops_nobody() {
    let world = Casegate::usual().await;
    let down = Effect::Status { status: 503, error_code: None, message: None, retry_after: None, html: true };
    world.org().faults().add(Fault::new(down).always()).unwrap();
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let text = world.mailbox().newest().text.unwrap();
    assert!(text.contains("00001001"), "the number that the panel shows: {text}");
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let dump = world.sample("core.dump", 30_000);
    grace.upload(&dump).await;
    world.work().await;
    assert_eq!(grace.finish().await["files"][0]["sha256"], dump.sha256());
    let panel = anna.panel().await;
    assert_eq!(panel["files"][0]["attached"], false);
    // Who may open cannot be asked: nobody opens.
    anna.try_ticket(&panel["files"][0]).await.refused(503, "org_unavailable");

    world.heal_salesforce();
    world.settle().await;
    assert_eq!(world.records("SecureFile__c").len(), 1);
    assert_eq!(world.records("FileRequest__c")[0]["State__c"], "Fulfilled");
    assert_eq!(world.mailbox().mails().len(), 2);
    assert_eq!(anna.open(&anna.panel().await["files"][0]).await.body, dump.bytes);
    world.finish().await;
}

#[tokio::test]
async fn an_org_that_does_not_answer_keeps_the_agent_waiting_for_seconds_only() {
    let world = Casegate::usual().await;
    world.org().faults().add(Fault::new(Effect::Delay { ms: 20_000 }).on("GET", "/query").always()).unwrap();
    let anna = world.agent("anna").on("gateway_reboots");
    let wanted = a_request("1");
    let asked = anna.request_file(&wanted);
    let request = tokio::time::timeout(std::time::Duration::from_secs(8), asked).await.expect("answered in time");
    assert_eq!(request["state"], "open");
    world.heal_salesforce();
    world.settle().await;
    world.finish().await;
}
