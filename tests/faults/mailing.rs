//! The mail server puts off, refuses, or vanishes at the one moment where nobody can know.

use std::time::Duration;

use harness::{Casegate, a_request};
use serde_json::Value;
use simulated_org::{Effect, Fault, SmtpStage};

fn answers(stage: SmtpStage, answer: &str) -> Fault {
    Fault::new(Effect::SmtpAnswer { stage, answer: answer.to_owned() })
}

async fn progress(world: &Casegate) -> (Value, Value) {
    let panel = world.agent("anna").on("gateway_reboots").panel().await;
    (panel["requests"][0]["mail"].clone(), panel["requests"][0]["progress"].clone())
}

#[tokio::test]
async fn a_mail_put_off_is_sent_once_in_the_end() {
    use SmtpStage::{Connect, Data, Mail, Message, Rcpt};
    for (stage, answer) in [
        (Connect, "421 4.3.2 not now"),
        (Mail, "451 4.3.0 later"),
        (Rcpt, "450 4.2.1 greylisted"),
        (Data, "451 4.3.0 later"),
        (Message, "451 4.3.0 later"),
    ] {
        let world = Casegate::usual().await;
        world.org().faults().add(answers(stage, answer).times(3)).unwrap();
        world.agent("anna").on("gateway_reboots").request_file(&a_request("1")).await;
        world.work().await;
        assert_eq!(progress(&world).await, ("queued".into(), "sending".into()), "{stage:?}");
        world.settle().await;
        assert_eq!(progress(&world).await, ("sent".into(), "sent".into()), "{stage:?}");
        assert_eq!(world.mailbox().mails().len(), 1, "{stage:?}");
        assert!(world.org().faults().unused().iter().all(|fault| fault.fault.name.is_some()), "{stage:?}");
        world.customer_opens(&world.mailbox().newest_link()).await;
        world.settle().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_refused_mail_is_said_to_be_undelivered() {
    use SmtpStage::{Mail, Message, Rcpt};
    for (stage, answer) in
        [(Mail, "550 5.7.1 sender rejected"), (Rcpt, "550 5.1.1 no such user"), (Message, "554 5.7.1 spam")]
    {
        let world = Casegate::usual().await;
        world.org().faults().add(answers(stage, answer)).unwrap();
        let anna = world.agent("anna").on("gateway_reboots");
        let request = anna.request_file(&a_request("1")).await;
        world.settle().await;
        assert_eq!(progress(&world).await, ("failed".into(), "undelivered".into()), "{stage:?}");
        assert!(world.mailbox().mails().is_empty());
        assert_eq!(world.records("FileRequest__c")[0]["State__c"], "Undelivered");
        let events = world.audit("gateway_reboots").await;
        assert_eq!(events.iter().filter(|event| event.activity == "request_mail_failed").count(), 1);

        // The agent tries again a little later: this time it goes through.
        world.advance(Duration::from_secs(5));
        anna.resend(&request).await;
        world.settle().await;
        assert_eq!(progress(&world).await, ("sent".into(), "sent".into()), "{stage:?}");
        world.customer_opens(&world.mailbox().newest_link()).await;
        world.settle().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_mail_of_unknown_fate_is_repeated_by_nobody_but_the_agent() {
    for (effect, arrived) in [(Effect::SmtpLoseAnswer, 1), (Effect::SmtpDrop { stage: SmtpStage::Message }, 0)] {
        let world = Casegate::usual().await;
        world.org().faults().add(Fault::new(effect)).unwrap();
        let anna = world.agent("anna").on("gateway_reboots");
        let request = anna.request_file(&a_request("1")).await;
        world.settle().await;
        world.advance(Duration::from_hours(24));
        world.settle().await;
        assert_eq!(progress(&world).await, ("unknown".into(), "uncertain".into()));
        assert_eq!(world.mailbox().mails().len(), arrived, "nobody repeated it");

        anna.resend(&request).await;
        world.settle().await;
        assert_eq!(progress(&world).await, ("sent".into(), "sent".into()));
        let mails = world.mailbox().mails();
        assert_eq!(mails.len(), arrived + 1);
        // Should the first have arrived after all, its link is as good.
        for mail in mails {
            let link = mail.links.into_iter().find(|link| link.contains("/r/")).unwrap();
            world.customer_opens(&link).await;
        }
        world.settle().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_connector_that_dies_while_sending_does_not_send_again() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    // As a connector leaves it that ends between the begin of a mail and its answer.
    let store = &world.connector.app.store;
    let mut tx = store.transaction("die").await.unwrap();
    let (org, id) = (world.org().org_id(), request["id"].as_str().unwrap());
    let mail = connector::store::mails::newest(&mut tx, &org, id, "request").await.unwrap().unwrap();
    connector::store::mails::advance(&mut tx, &org, &mail.id, "queued", "sending", None, 0).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!(progress(&world).await, ("unknown".into(), "uncertain".into()));
    assert!(world.mailbox().mails().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_receipt_that_cannot_be_sent_takes_nothing_back() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    world.settle().await;
    grace.upload(&world.sample("core.dump", 5_000)).await;
    world.settle().await;
    world.org().faults().add(answers(SmtpStage::Rcpt, "550 5.1.1 no such user")).unwrap();
    grace.finish().await;
    world.settle().await;
    let (_, progress) = progress(&world).await;
    assert_eq!(progress, "fulfilled");
    assert_eq!(world.mailbox().mails().len(), 1);
    let events = world.audit("gateway_reboots").await;
    assert_eq!(events.iter().filter(|event| event.activity == "receipt_failed").count(), 1);
    assert_eq!(anna.panel().await["files"][0]["attached"], true);
    world.finish().await;
}
