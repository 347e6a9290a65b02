//! Where the operator asks for consent, no byte is taken before the customer has agreed to these very words.

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn nothing_is_taken_before_the_customer_agrees() {
    let wording = "I agree that Northwind keeps these files for 90 days.";
    let world = Casegate::start(Options { consent_wording: Some(wording), ..Options::default() }).await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let shown = grace.request().await;
    assert_eq!(shown["consent"]["wording"], wording);
    assert_eq!(shown["consent"]["given"], false);
    let version = shown["consent"]["wording_version"].as_str().unwrap();

    let dump = world.sample("core.dump", 5_000);
    let problem = grace.try_begin(&dump, &[]).await.refused(422, "consent_required");
    assert_eq!(problem["wording_version"], version);
    grace.try_consent("another").await.refused(400, "invalid_request");
    grace.try_begin(&dump, &[]).await.refused(422, "consent_required");

    grace.try_consent(version).await.expect(204);
    // Twice is once.
    grace.try_consent(version).await.expect(204);
    grace.upload(&dump).await;
    world.work().await;
    assert_eq!(grace.request().await["consent"]["given"], true);
    let given = world.audit("gateway_reboots").await.into_iter().filter(|event| event.activity == "consent_given");
    assert_eq!(given.map(|event| event.detail.unwrap()).collect::<Vec<_>>(), [version]);
    world.finish().await;
}
