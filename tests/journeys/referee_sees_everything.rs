//! The referee itself is tried: each kind of leftover and leak fails the story that caused it.

use bytes::Bytes;
use harness::{Casegate, Options, a_request};
use object_store::{ObjectStoreExt as _, PutPayload, path::Path};

#[tokio::test]
#[should_panic(expected = "a job is left: send_mail")]
async fn work_that_was_put_off() {
    let world = Casegate::usual().await;
    let put_off = simulated_org::Effect::SmtpAnswer {
        stage: simulated_org::SmtpStage::Connect,
        answer: "421 4.3.2 not now".to_owned(),
    };
    world.org().faults().add(simulated_org::Fault::new(put_off).always()).unwrap();
    world.agent("anna").on("gateway_reboots").request_file(&a_request("1")).await;
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "an object without a row: staging/stray.age")]
async fn an_object_that_nobody_owns() {
    let world = Casegate::usual().await;
    let objects = world.connector.app.vault.objects();
    objects.put(&Path::from("staging/stray.age"), PutPayload::from_static(b"age")).await.unwrap();
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "a row without its object: files/")]
async fn an_object_that_went_away() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let link = anna.copy_link(&anna.request_file(&a_request("1")).await).await;
    world.customer_opens(&link).await.upload(&world.sample("core.dump", 5_000)).await;
    world.work().await;
    let id = anna.panel().await["files"][0]["id"].as_str().unwrap().to_owned();
    world.connector.app.vault.objects().delete(&Path::from(format!("files/{id}.age"))).await.unwrap();
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "PATCH /services/data/v67.0/sobjects/FileRequest__c/ExternalId__c/")]
async fn bytes_of_a_file_in_salesforce() {
    let world = Casegate::usual().await;
    let mut request = a_request("1");
    request["message"] = world.marker().into();
    world.agent("anna").on("gateway_reboots").request_file(&request).await;
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "a row of file_requests holds bytes of a customer's file")]
async fn bytes_of_a_file_in_a_cell() {
    let world = Casegate::start(Options::on_postgres()).await;
    let mut request = a_request("1");
    request["message"] = world.marker().into();
    world.agent("anna").on("gateway_reboots").request_file(&request).await;
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "casegate.sqlite-wal holds bytes of a customer's file")]
async fn bytes_of_a_file_in_the_database_file() {
    let world = Casegate::usual().await;
    let mut request = a_request("1");
    request["message"] = hex::encode(world.marker()).into();
    world.agent("anna").on("gateway_reboots").request_file(&request).await;
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "holds bytes of a customer's file")]
async fn bytes_of_a_file_in_an_object() {
    let world = Casegate::usual().await;
    let plain = Bytes::from(world.marker().to_owned());
    world.connector.app.vault.objects().put(&Path::from("staging/plain.age"), plain.into()).await.unwrap();
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "a log line holds bytes of a customer's file")]
async fn bytes_of_a_file_in_the_log() {
    let world = Casegate::usual().await;
    tracing::info!(target: "casegate", text = world.marker(), "a slip");
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "every story ends with `finish`")]
async fn a_story_without_an_end() {
    drop(Casegate::usual().await);
}

#[tokio::test]
#[should_panic(expected = "a fault was planted but never struck")]
async fn a_fault_that_proved_nothing() {
    let world = Casegate::usual().await;
    world.org().faults().add(simulated_org::Fault::reset().on("GET", "/never")).unwrap();
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "calls were made where 2 should have been enough")]
async fn more_calls_than_the_story_needs() {
    let world = Casegate::start(Options { api_budget: 2, ..Options::default() }).await;
    world.agent("anna").on("gateway_reboots").request_file(&a_request("1")).await;
    world.settle().await;
    world.finish().await;
}

#[tokio::test]
#[should_panic(expected = "holds the secret of a link")]
async fn a_link_in_salesforce() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    let link = anna.copy_link(&anna.request_file(&a_request("1")).await).await;
    let mut request = a_request("2");
    request["message"] = link.as_str().into();
    anna.request_file(&request).await;
    world.settle().await;
    world.customer_opens(&link).await;
    world.finish().await;
}
