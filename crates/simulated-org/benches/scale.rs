//! How fast an Org of real size answers: 10,000 Cases, 100,000 Secure Files and a million posts.
//!
//! docs/performance.md has the numbers. The test `scale` asks a smaller Org the same questions and counts the rows that
//! were looked at instead of reading the clock.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use simulated_org::{Options, SimulatedOrg};

fn fields(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn filled(scale: u64) -> SimulatedOrg {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let options =
        Options { metadata: Some(repository), clock: std::sync::Arc::new(|| 1_795_277_892_345), ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let org = runtime.block_on(SimulatedOrg::start(options)).unwrap();
    // Whoever serves HTTP is not needed any more.
    drop(runtime);
    org.load("admin", "Case", 10_000 / scale, fields(&json!({ "Subject": "Case {n}" }))).unwrap();
    let cases: Vec<String> = ["gateway_reboots", "vpn_tunnel", "press_vibration"]
        .iter()
        .map(|name| org.seeded("cases", name).unwrap())
        .collect();
    let files =
        json!({ "ExternalId__c": "f.{n}", "FileName__c": "dump-{n}.bin", "SizeBytes__c": 5, "State__c": "Held" });
    org.load("admin", "SecureFile__c", 100_000 / scale, fields(&files)).unwrap();
    let posts = json!({ "ParentId": cases, "Body": "Post {n}" });
    org.load("admin", "FeedItem", 1_000_000 / scale, fields(&posts)).unwrap();
    org
}

fn query(org: &SimulatedOrg, soql: &str) -> Value {
    let target = format!("query?q={}", soql.replace('%', "%25").replace(' ', "+"));
    let (status, body) = org.call("integration", "GET", &target, None).unwrap();
    assert_eq!(status, 200, "{soql}: {body}");
    body
}

fn scale(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scale");
    group.sample_size(10);
    for (name, scale) in [("fill a hundredth", 100), ("fill", 1)] {
        group.bench_function(name, |bencher| bencher.iter_with_large_drop(|| filled(scale)));
    }
    group.finish();

    let org = filled(1);
    let id = query(&org, "SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'f.50000'")["records"][0]["Id"].clone();
    let by_id = format!("SELECT Id, FileName__c FROM SecureFile__c WHERE Id = '{}'", id.as_str().unwrap());
    let mut group = criterion.benchmark_group("query");
    for (name, soql) in [
        ("by id", by_id.as_str()),
        ("by external id", "SELECT Id, FileName__c, Owner.Name FROM SecureFile__c WHERE ExternalId__c = 'f.99999'"),
        ("by number", "SELECT Id, Subject FROM Case WHERE CaseNumber = '00005000'"),
        ("by name in a list", "SELECT Id FROM SecureFile__c WHERE Name IN ('SF-000007', 'SF-000008')"),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| query(&org, soql)));
    }
    group.sample_size(10);
    group.bench_function("a million rows looked at", |bencher| {
        bencher.iter(|| query(&org, "SELECT COUNT() FROM FeedItem WHERE Type = 'LinkPost'"));
    });
    group.finish();

    let part = |number: usize, state: &str| {
        json!({ "method": "POST", "url": "/services/data/v67.0/sobjects/SecureFile__c", "referenceId": format!("r{number}"),
                "body": { "ExternalId__c": format!("new.{number}"), "State__c": state } })
    };
    let parts: Vec<Value> = (0..24).map(|number| part(number, "Held")).chain([part(24, "Nonsense")]).collect();
    let body = json!({ "allOrNone": true, "compositeRequest": parts });
    criterion.bench_function("a composite taken back", |bencher| {
        bencher.iter(|| org.call("integration", "POST", "composite", Some(body.clone())).unwrap());
    });
}

criterion_group!(benches, scale);
criterion_main!(benches);
