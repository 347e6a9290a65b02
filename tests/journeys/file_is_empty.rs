//! A file of no bytes is a file all the same.

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn it_arrives_and_opens() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(options).await;
        let anna = world.agent("anna").on("gateway_reboots");
        anna.request_file(&a_request("1")).await;
        world.work().await;
        let grace = world.customer_opens(&world.mailbox().newest_link()).await;
        let empty = world.sample("empty.log", 0);
        let upload = grace.upload(&empty).await;
        assert_eq!(grace.offset(&upload).await, 0);
        world.work().await;
        let receipt = grace.finish().await;
        assert_eq!(receipt["files"][0]["size_bytes"], 0);
        world.work().await;
        let panel = anna.panel().await;
        let file = &panel["files"][0];
        assert_eq!(file["sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let opened = anna.open(file).await;
        assert!(opened.body.is_empty());
        assert_eq!(opened.header("content-length"), "0");
        let url = anna.ticket(file).await;
        anna.download(&url, &[("Range", "bytes=0-0")]).await.refused(416, "invalid_request");
        world.finish().await;
    }
}
