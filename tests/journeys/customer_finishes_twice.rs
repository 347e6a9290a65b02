//! A customer says *I'm finished*: once, twice, or while another tab begins one more file. The request closes exactly
//! once, and never over a file that is still on its way.

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn the_second_time_gives_the_same_receipt() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let link = anna.copy_link(&anna.request_file(&a_request("1")).await).await;
    let grace = world.customer_opens(&link).await;
    grace.try_finish().await.refused(409, "conflict");
    grace.upload(&world.sample("core.dump", 5_000)).await;
    grace.try_finish().await.refused(409, "conflict");
    world.settle().await;
    let receipt = grace.finish().await;
    assert_eq!(grace.finish().await, receipt);
    world.settle().await;
    // Who comes back finds the receipt, and may send no more.
    let back = world.customer_opens(&link).await;
    assert_eq!(back.request().await["receipt"], receipt);
    back.try_begin(&world.sample("more.log", 10), &[]).await.refused(410, "link_closed");
    let receipts = world.mailbox().mails().into_iter().filter(|mail| !mail.links.iter().any(|l| l.contains("/r/")));
    assert_eq!(receipts.count(), 1);
    world.finish().await;
}

#[tokio::test]
async fn finishing_and_beginning_at_once_never_both_succeed() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(Options { api_budget: 400, ..options }).await;
        let anna = world.agent("anna").on("gateway_reboots");
        for round in 0..12 {
            let link = anna.copy_link(&anna.request_file(&a_request(&round.to_string())).await).await;
            let grace = world.customer_opens(&link).await;
            grace.upload(&world.sample("core.dump", 2_000)).await;
            world.settle().await;
            let more = world.sample("more.log", 0);
            let (finished, finished_too, begun) =
                tokio::join!(grace.try_finish(), grace.try_finish(), grace.try_begin(&more, &[]));
            if begun.status == 201 {
                assert_eq!((finished.status, finished_too.status), (409, 409), "round {round}");
            } else {
                begun.refused(410, "link_closed");
                assert_eq!((finished.status, finished_too.status), (200, 200), "round {round}");
            }
            world.settle().await;
        }
        world.finish().await;
    }
}
