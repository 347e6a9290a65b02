//! An agent has the mail sent once more: a second mail with a secret of its own; both links open the same request.

use harness::{Casegate, a_request};

#[tokio::test]
async fn the_second_mail_opens_the_same_request() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    // The first one is still on its way.
    anna.try_on_request(&request, "resend").await.refused(409, "conflict");
    world.work().await;
    let first = world.mailbox().newest_link();
    anna.resend(&request).await;
    world.work().await;
    let second = world.mailbox().newest_link();
    assert_ne!(first, second);
    assert_eq!(world.mailbox().mails().len(), 2);
    for link in [&first, &second] {
        assert_eq!(world.customer_opens(link).await.request().await["id"], request["id"]);
    }
    let events = world.audit("gateway_reboots").await;
    let count = |activity: &str| events.iter().filter(|event| event.activity == activity).count();
    assert_eq!((count("request_mail_sent"), count("request_mail_resent")), (2, 1));
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_creation_that_is_repeated_asks_once() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let first = anna.request_file(&a_request("1")).await;
    let again = anna.request_file(&a_request("1")).await;
    assert_eq!(first["id"], again["id"]);
    world.work().await;
    assert_eq!(world.mailbox().mails().len(), 1);
    assert_eq!(anna.panel().await["requests"].as_array().unwrap().len(), 1);
    world.finish().await;
}
