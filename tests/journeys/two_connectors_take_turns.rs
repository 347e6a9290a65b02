//! Two connectors on one database and one bucket: a customer's upload moves between them, and an old request that still
//! hangs at the one acknowledges nothing once the other has the turn.

use bytes::Bytes;
use futures_util::StreamExt as _;
use harness::{Casegate, Engine, Objects, Options, a_request};
use tokio::sync::mpsc;

#[tokio::test]
async fn an_upload_moves_between_them() {
    let options = Options { engine: Engine::Postgres, objects: Objects::S3, ..Options::default() };
    let mut world = Casegate::start(options).await;
    let other = world.start_other().await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;

    let here = world.customer_opens(&world.mailbox().newest_link()).await;
    let there = here.at(&world.other(other).url);
    let dump = world.sample("core.dump", 9_500_000);
    let upload = here.begin(&dump).await;
    let mut offset = 0;
    for (turn, customer) in [&here, &there, &here, &there].into_iter().enumerate() {
        assert_eq!(customer.offset(&upload).await, offset);
        let end = if turn == 3 { dump.len() } else { offset + 2_000_000 };
        customer.append(&upload, offset, dump.bytes.slice(offset..end)).await.expect(204);
        offset = end;
    }
    // The one that did not take the last byte seals it.
    world.work().await;
    world.other(other).work().await;
    let panel = anna.panel().await;
    assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes);
    assert_eq!(world.records("SecureFile__c").len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_request_that_hangs_has_lost_its_turn() {
    let mut world = Casegate::start(Options::on_postgres()).await;
    let other = world.start_other().await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let here = world.customer_opens(&world.mailbox().newest_link()).await;
    let there = here.at(&world.other(other).url);
    let dump = world.sample("core.dump", 400_000);
    let upload = here.begin(&dump).await;

    let (feed, fed) = mpsc::unbounded_channel::<Bytes>();
    let body = futures_util::stream::unfold(fed, |mut fed| async { Some((fed.recv().await?, fed)) });
    let hanging = here.patch(&upload, 0).body(reqwest::Body::wrap_stream(body.map(Ok::<_, std::io::Error>))).send();
    feed.send(dump.bytes.slice(..100_000)).unwrap();
    let elsewhere = async {
        // The fence shows that the hanging request has its turn.
        while turns_taken(&world).await == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(there.offset(&upload).await, 0, "what hangs is not acknowledged");
        there.append(&upload, 0, dump.bytes.clone()).await.expect(204);
        // The zombie goes on with bytes of its own.
        feed.send(Bytes::from(vec![b'z'; 100_000])).unwrap();
        drop(feed);
    };
    let (late, ()) = tokio::join!(hanging, elsewhere);
    assert_eq!(late.unwrap().status().as_u16(), 409);

    assert_eq!(here.offset(&upload).await, dump.len());
    world.work().await;
    let panel = anna.panel().await;
    assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes);
    world.settle().await;
    world.finish().await;
}

async fn turns_taken(world: &Casegate) -> i64 {
    let mut reader = world.connector.app.store.read().await.unwrap();
    let org = world.org().org_id();
    let events = world.audit("gateway_reboots").await;
    let upload = events.iter().find_map(|event| event.upload_id.clone()).unwrap();
    connector::store::uploads::find(&mut reader, &org, &upload).await.unwrap().unwrap().fence
}
