//! An agent takes a link along for a chat: it works beside the mailed one, and closes with the request.

use harness::{Casegate, a_request};

#[tokio::test]
async fn both_links_work_and_close_together() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let copied = anna.copy_link(&request).await;
    world.work().await;
    let mailed = world.mailbox().newest_link();
    assert_ne!(copied, mailed, "each has a secret of its own");

    let by_chat = world.customer_opens(&copied).await;
    let by_mail = world.customer_opens(&mailed).await;
    by_chat.upload(&world.sample("a.log", 4_000)).await;
    by_mail.upload(&world.sample("b.log", 4_000)).await;
    world.work().await;
    assert_eq!(by_mail.finish().await["files"].as_array().unwrap().len(), 2);
    by_chat.try_begin(&world.sample("c.log", 4_000), &[]).await.refused(410, "link_closed");
    anna.try_on_request(&request, "links").await.refused(410, "link_closed");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_request_look_the_same() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let copied = anna.copy_link(&request).await;
    let (page, secret) = copied.split_once('#').unwrap();
    let (start, id) = page.rsplit_once('/').unwrap();
    let swapped: String = secret.chars().rev().collect();
    let mut answers = Vec::new();
    for link in [format!("{page}#{swapped}"), format!("{start}/{}#{secret}", "0".repeat(id.len())), format!("{page}#")]
    {
        let answer = world.try_open(&link).await.err().expect("refused");
        let mut problem = answer.refused(404, "not_found");
        problem["request_id"] = "".into();
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    world.work().await;
    world.finish().await;
}
