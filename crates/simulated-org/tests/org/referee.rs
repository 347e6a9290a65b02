//! The referee: what a client of a real Org would get away with until the day it does not.

use reqwest::Method;
use serde_json::{Value, json};
use simulated_org::{Fault, Offence, Options, SimulatedOrg};

use crate::caller::{Caller, options, reply};

fn only(caller: &Caller, offence: Offence, sentence: &str) {
    let verdict = caller.org.verdict();
    assert_eq!(verdict.len(), 1, "{verdict:?}");
    assert!(verdict[0].contains(sentence), "{verdict:?}");
    assert_eq!(caller.org.referee().count(offence), 1);
}

#[tokio::test]
async fn good_manners_pass() {
    let caller = Caller::start().await;
    caller.patch("sobjects/FileRequest__c/ExternalId__c/r.1", &json!({ "State__c": "Sent" })).await;
    caller.patch("sobjects/FileRequest__c/ExternalId__c/r.1", &json!({ "State__c": "Opened" })).await;
    // A row that is gone is no offence: Salesforce's people delete rows.
    assert_eq!(caller.get("sobjects/FileRequest__c/a00000000000000").await.status, 404);
    assert!(caller.org.verdict().is_empty());
}

#[tokio::test]
async fn routes_methods_and_fields_that_no_org_has() {
    let caller = Caller::start().await;
    caller.get("nonsense").await;
    only(&caller, Offence::UnknownRoute, "no Org has the route GET /services/data/v67.0/nonsense");
    let caller = Caller::start().await;
    caller.delete("sobjects/Case").await;
    only(&caller, Offence::WrongMethod, "DELETE /services/data/v67.0/sobjects/Case");
    let caller = Caller::start().await;
    caller.post("sobjects/FileRequest__c", &json!({ "Nonsense__c": 1, "State__c": "Sent" })).await;
    only(&caller, Offence::UnknownField, "No such column 'Nonsense__c'");
    let caller = Caller::start().await;
    caller.query("SELECT Nonsense__c FROM Case").await;
    only(&caller, Offence::UnknownField, "No such column 'Nonsense__c'");
    let caller = Caller::start().await;
    let row = json!({ "attributes": { "type": "FileRequest__c" }, "Nonsense__c": 1 });
    caller.post("composite/sobjects", &json!({ "records": [row] })).await;
    only(&caller, Offence::UnknownField, "No such column 'Nonsense__c'");
}

#[tokio::test]
async fn a_body_that_does_not_say_what_it_is() {
    let caller = Caller::start().await;
    reply(caller.request(Method::POST, "sobjects/FileRequest__c").body("{}")).await;
    only(&caller, Offence::MissingContentType, "has a body without Content-Type");
}

#[tokio::test]
async fn a_second_row_where_an_upsert_was_due() {
    let caller = Caller::start().await;
    let body = json!({ "ExternalId__c": "same", "State__c": "Sent" });
    caller.post("sobjects/FileRequest__c", &body).await;
    caller.post("sobjects/FileRequest__c", &body).await;
    only(&caller, Offence::SecondInsert, "should have been an upsert");
    let caller = Caller::start().await;
    let post = json!({ "ParentId": caller.case("gateway_reboots"), "Body": "File received." });
    for _ in 0..2 {
        assert_eq!(caller.post("sobjects/FeedItem", &post).await.status, 201);
    }
    only(&caller, Offence::SecondInsert, "2 times the same post");
}

#[tokio::test]
async fn calls_beyond_the_budget() {
    let caller = Caller::start().await;
    // One was the login.
    caller.org.referee().budget(2);
    caller.get("limits").await;
    assert!(caller.org.verdict().is_empty());
    caller.get("limits").await;
    only(&caller, Offence::OverBudget, "3 calls were made where 2 should have been enough");
}

#[tokio::test]
async fn secrets_in_any_dress_and_also_from_before_they_were_known() {
    let secret = "a-secret-that-nobody-may-send";
    let encoded = |prefix: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{prefix}{secret} and more"))
    };
    for dress in [secret.to_owned(), hex::encode(secret), encoded(""), encoded("a"), encoded("ab")] {
        for is_known_before in [true, false] {
            let caller = Caller::start().await;
            let forbid = || caller.org.referee().forbid("a secret", secret);
            if is_known_before {
                forbid();
            }
            let body = json!({ "State__c": "Sent", "Message__c": format!("before {dress} behind") });
            caller.post("sobjects/FileRequest__c", &body).await;
            forbid();
            only(&caller, Offence::Leak, "POST /services/data/v67.0/sobjects/FileRequest__c holds a secret");
        }
    }
    let caller = Caller::start().await;
    caller.org.referee().forbid("a secret", "with blanks in it");
    caller.query("SELECT Id FROM Case WHERE Subject = 'with blanks in it'").await;
    only(&caller, Offence::Leak, "the address of GET /services/data/v67.0/query holds a secret");
}

#[tokio::test]
async fn what_a_test_announces_must_happen() {
    let caller = Caller::start().await;
    caller.org.referee().expects(Offence::UnknownRoute);
    assert_eq!(caller.org.verdict(), ["the test expects UnknownRoute, but it did not happen"]);
    caller.get("nonsense").await;
    assert!(caller.org.verdict().is_empty());
}

#[tokio::test]
async fn the_admin_port_tells_and_is_told() {
    let caller = Caller::start().await;
    let told = json!({ "forbid": { "a secret": "xyzzy-xyzzy" }, "budget": 1, "expects": ["unknown_field"] });
    assert_eq!(caller.admin("referee", &told).await.status, 200);
    caller.post("sobjects/FileRequest__c", &json!({ "Xyzzy__c": "xyzzy-xyzzy" })).await;
    let url = format!("{}/__sim/referee", caller.org.admin_url());
    let said = reply(caller.http.get(url)).await.body;
    let findings = said["findings"].as_array().unwrap();
    assert_eq!((findings.len(), &said["calls"]), (2, &Value::from(2)), "{said}");
}

#[tokio::test]
#[should_panic(expected = "a fault was planted but never struck: the second of two")]
async fn a_strict_org_cannot_be_dropped_with_findings() {
    let org = SimulatedOrg::start(Options { strict: true, ..options() }).await.unwrap();
    org.faults().add(Fault::reset().on("GET", "/never").named("the second of two")).unwrap();
    drop(org);
}
