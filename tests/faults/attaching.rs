//! Writes to Salesforce whose answers come back damaged, and sessions that end all the time: what the matrix has no cell
//! for. Always exactly one record per file, one record per request, one post per file, and a panel that ends up idle.

use harness::{Casegate, Options, a_request};
use simulated_org::{Effect, Fault};

/// Every write of the journey, by method, path, and what its body must hold.
const WRITES: [(&str, &str); 4] = [
    ("PATCH", "/sobjects/FileRequest__c/"),
    ("PATCH", "/sobjects/SecureFile__c/"),
    ("POST", "/sobjects/FeedItem"),
    ("POST", "/sobjects/CaseFileEvent__e"),
];

async fn every_write_suffers(fault: impl Fn() -> Fault) {
    for (method, path) in WRITES {
        Box::pin(one_write_suffers(method, path, fault())).await;
    }
}

async fn one_write_suffers(method: &str, path: &str, fault: Fault) {
    let world = Casegate::usual().await;
    let number = world.org().faults().add(fault.on(method, path)).unwrap();
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    let dump = world.sample("core.dump", 70_000);
    grace.upload(&dump).await;
    world.settle().await;
    grace.finish().await;
    world.settle().await;

    let place = format!("{method} {path}");
    let struck = world.org().faults().list().into_iter().find(|report| report.number == number).unwrap().hits;
    assert!(struck > 0, "the fault never struck {place}");
    let files = world.records("SecureFile__c");
    assert_eq!(files.len(), 1, "{place}");
    assert_eq!(files[0]["Sha256__c"], dump.sha256(), "{place}");
    let requests = world.records("FileRequest__c");
    assert_eq!(requests.len(), 1, "{place}");
    assert_eq!(requests[0]["State__c"], "Fulfilled", "{place}");
    assert_eq!(requests[0]["FilesReceived__c"].as_f64(), Some(1.0), "{place}");
    assert_eq!(files[0]["FileRequest__c"], requests[0]["Id"], "{place}");
    let posts = world.records("FeedItem");
    let ours = posts.iter().filter(|post| post["Body"].as_str().is_some_and(|body| body.contains("[casegate ")));
    assert_eq!(ours.count(), 1, "{place}: {posts:?}");
    let published = world.org().requests().into_iter().filter(|request| request.path.ends_with("/CaseFileEvent__e"));
    assert!(published.filter(|request| request.status == Some(201)).count() >= 2, "{place}");

    let panel = anna.panel().await;
    assert_eq!(panel["busy"], false, "{place}");
    assert_eq!(panel["files"][0]["attached"], true, "{place}");
    assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes, "{place}");
    let attached = world.audit("gateway_reboots").await.into_iter().filter(|event| event.activity == "file_attached");
    assert_eq!(attached.count(), 1, "{place}");
    world.finish().await;
}

#[tokio::test]
async fn the_answer_is_cut_off() {
    every_write_suffers(|| Fault::new(Effect::Truncate { bytes: 5 }).times(2)).await;
}

#[tokio::test]
async fn the_answer_is_slow() {
    every_write_suffers(|| Fault::new(Effect::Delay { ms: 300 }).times(2)).await;
}

/// The session ends between the calls of one job, again and again.
#[tokio::test]
async fn sessions_end_all_the_time() {
    let world = Casegate::start(Options::on_postgres()).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    for number in 0..5 {
        world.org().expire_sessions();
        grace.upload(&world.sample(&format!("{number}.log"), 4_000)).await;
        world.settle().await;
    }
    assert_eq!(world.records("SecureFile__c").len(), 5);
    assert_eq!(anna.panel().await["files"].as_array().unwrap().len(), 5);
    world.finish().await;
}
