//! Most of the Org's calls of the day are used: customers and agents notice nothing, looks that nobody waits for are fewer.

use std::time::Duration;

use harness::{Answer, Casegate, Options, a_request};
use serde_json::json;

const A_MINUTE: Duration = Duration::from_mins(1);

async fn use_percent(world: &Casegate, percent: u32) {
    let url = format!("{}/__sim/allowance", world.org().admin_url());
    let usage = json!({ "used": percent * 1_000, "max": 100_000 });
    Answer::of(world.http().post(url).json(&usage)).await.expect(200);
}

/// For lost Cases, for restored ones, for requests of flows.
fn looks(world: &Casegate) -> [usize; 3] {
    let requests = world.org().requests();
    let count = |parts: [&str; 2]| {
        let asks = |query: &str| parts.iter().all(|part| query.contains(part));
        requests.iter().filter(|request| request.query.as_deref().is_some_and(asks)).count()
    };
    [
        count(["FROM%20Case", "IsDeleted"]),
        count(["FROM%20Case", "Id%20IN"]),
        count(["FROM%20FileRequest__c", "Requested"]),
    ]
}

#[tokio::test]
async fn a_file_is_attached_and_announced_at_once_while_looks_wait() {
    let world = Casegate::start(Options { api_budget: 300, ..Options::default() }).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    let lost = world.agent("anna").on("label_print");
    lost.request_file(&a_request("2")).await;
    world.delete_case("label_print").await;
    world.settle().await;
    for _ in 0..3 {
        world.advance(A_MINUTE);
        world.work().await;
    }
    let plenty = looks(&world);

    use_percent(&world, 85).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    let dump = world.sample("core.dump", 20_000);
    grace.upload(&dump).await;
    world.work().await;
    // Not a second has passed.
    let panel = anna.panel().await;
    assert_eq!((&panel["busy"], &panel["files"][0]["attached"]), (&json!(false), &json!(true)));
    assert_eq!(anna.open(&panel["files"][0]).await.body, dump.bytes);
    assert_eq!(world.records("SecureFile__c").len(), 1);
    assert!(world.records("FeedItem").iter().any(|post| post["Body"].as_str().unwrap().contains("core.dump")));
    let events = world.org().requests().into_iter().filter(|call| call.path.ends_with("/CaseFileEvent__e"));
    assert!(events.count() >= 2);
    assert_eq!(looks(&world), plenty, "nobody looked meanwhile");

    for _ in 0..3 {
        world.advance(A_MINUTE);
        world.work().await;
    }
    let scarce = looks(&world);
    assert_eq!(scarce, plenty.map(|before| before + 1), "one look a minute, each in its turn");
    // With plenty of calls all three are made every minute.
    use_percent(&world, 1).await;
    world.agent("anna").on("gateway_reboots").panel().await;
    for _ in 0..3 {
        world.advance(A_MINUTE);
        world.work().await;
    }
    assert!(looks(&world)[0] >= scarce[0] + 2, "{:?}", looks(&world));
    world.finish().await;
}

#[tokio::test]
async fn a_flow_s_request_and_a_merge_are_followed_all_the_same() {
    let world = Casegate::start(Options { api_budget: 300, ..Options::default() }).await;
    let anna = world.agent("anna").on("scanner_drift");
    let request = anna.request_file(&a_request("1")).await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    grace.upload(&world.sample("core.dump", 20_000)).await;
    world.settle().await;
    use_percent(&world, 85).await;
    anna.panel().await;
    world.merge_case("scanner_drift", "label_print").await;
    let case = world.case_in(0, "gateway_reboots");
    let wanted = json!({ "Case__c": case, "State__c": "Requested", "RecipientEmail__c": "grace@customer.example" });
    world.flow_inserts("FileRequest__c", wanted).await;
    for _ in 0..3 {
        world.advance(A_MINUTE);
        world.settle().await;
    }
    assert_eq!(world.agent("anna").on("label_print").panel().await["files"][0]["attached"], true);
    assert_eq!(world.agent("anna").on("gateway_reboots").panel().await["requests"][0]["progress"], "sent");
    world.finish().await;
}

#[tokio::test]
async fn with_every_call_used_customers_go_on_and_the_org_is_left_alone() {
    let world = Casegate::start(Options { api_budget: 300, ..Options::default() }).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let request = anna.request_file(&a_request("1")).await;
    world.settle().await;
    let grace = world.customer_opens(&anna.copy_link(&request).await).await;
    use_percent(&world, 100).await;
    grace.upload(&world.sample("core.dump", 20_000)).await;
    world.work().await;
    grace.finish().await;
    let writes = |world: &Casegate| {
        world.org().requests().iter().filter(|call| call.path.contains("/sobjects/SecureFile__c/")).count()
    };
    for _ in 0..15 {
        world.work().await;
        assert_eq!(writes(&world), 1, "asked to stay away for a quarter of an hour");
        world.advance(Duration::from_secs(59));
    }
    use_percent(&world, 0).await;
    world.settle().await;
    assert_eq!(world.records("SecureFile__c").len(), 1);
    assert_eq!(anna.panel().await["files"][0]["attached"], true);
    world.finish().await;
}
