//! What goes wrong on demand, at the level of HTTP and of the connection itself.

use serde_json::json;
use simulated_org::Fault;

use crate::caller::{Caller, reply};

#[tokio::test]
async fn the_nth_matching_request_is_struck_and_counted() {
    let caller = Caller::start().await;
    let fault = Fault::status(503, "SERVER_UNAVAILABLE", "down").on("GET", "/limits").nth(2);
    caller.org.faults().add(fault).unwrap();
    assert_eq!(caller.get("limits").await.status, 200);
    let struck = caller.get("limits").await;
    assert_eq!((struck.status, struck.code()), (503, "SERVER_UNAVAILABLE"));
    assert_eq!(caller.get("limits").await.status, 200);
    assert_eq!(caller.org.faults().list()[0].hits, 1);
}

#[tokio::test]
async fn a_lost_answer_was_still_carried_out() {
    let caller = Caller::start().await;
    caller.org.faults().add(Fault::lose_answer().on("PATCH", "FileRequest__c").body("Sending")).unwrap();
    let path = "sobjects/FileRequest__c/ExternalId__c/r.1";
    let request = caller.request(reqwest::Method::PATCH, path).json(&json!({ "State__c": "Sending" }));
    assert!(request.send().await.is_err());
    assert_eq!(caller.org.records("FileRequest__c").len(), 1);
    let again = caller.patch(path, &json!({ "State__c": "Sending" })).await;
    assert_eq!((again.status, &again.body["created"]), (200, &json!(false)));
    assert_eq!(caller.org.records("FileRequest__c").len(), 1);
}

#[tokio::test]
async fn a_reset_happens_before_anything_is_done() {
    let caller = Caller::start().await;
    let fault = json!({ "match": { "method": "POST" }, "effect": { "kind": "reset" } });
    assert_eq!(caller.admin("faults", &fault).await.status, 200);
    let request = caller.request(reqwest::Method::POST, "sobjects/FileRequest__c").json(&json!({ "State__c": "Sent" }));
    let error = request.send().await.unwrap_err();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
    assert!(caller.org.records("FileRequest__c").is_empty());
    let log = caller.org.requests();
    assert_eq!(log.last().unwrap().status, None);
    assert!(log.last().unwrap().fault.is_some());
}

#[tokio::test]
async fn a_truncated_body_ends_early() {
    let caller = Caller::start().await;
    let fault =
        json!({ "match": { "path": "sobjects/Case/describe" }, "effect": { "kind": "truncate", "bytes": 100 } });
    caller.admin("faults", &fault).await;
    let response = caller.request(reqwest::Method::GET, "sobjects/Case/describe").send().await.unwrap();
    assert!(response.content_length().unwrap() > 100);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn edges_may_answer_html_and_delays_only_delay() {
    let caller = Caller::start().await;
    let html = json!({ "effect": { "kind": "status", "status": 503, "html": true, "retry_after": 7 } });
    caller.admin("faults", &html).await;
    let page = caller.get("limits").await;
    assert!(page.body.as_str().unwrap().starts_with("<html>"));
    assert_eq!(page.headers["retry-after"], "7");
    caller.admin("faults", &json!({ "effect": { "kind": "delay", "ms": 30 } })).await;
    assert_eq!(caller.get("limits").await.status, 200);
}

#[tokio::test]
async fn a_rule_that_never_struck_is_visible_until_all_are_cleared() {
    let caller = Caller::start().await;
    caller.admin("faults", &json!({ "match": { "path": "never" }, "effect": { "kind": "reset" } })).await;
    assert_eq!(caller.org.faults().unused().len(), 1);
    let url = format!("{}/__sim/faults", caller.org.admin_url());
    assert_eq!(reply(caller.http.get(&url)).await.body["unused"], 1);
    assert_eq!(reply(caller.http.delete(&url)).await.status, 200);
    assert!(caller.org.faults().list().is_empty());
    let unknown = json!({ "match": { "pth": "x" }, "effect": { "kind": "reset" } });
    assert_eq!(caller.admin("faults", &unknown).await.status, 422);
}

#[tokio::test]
async fn a_held_row_refuses_so_many_times() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    caller.admin("locks", &json!({ "record": case, "attempts": 2 })).await;
    let body = json!({ "State__c": "Sent", "Case__c": case });
    for _ in 0..2 {
        let refused = caller.post("sobjects/FileRequest__c", &body).await;
        assert_eq!((refused.status, refused.code()), (400, "UNABLE_TO_LOCK_ROW"));
    }
    assert_eq!(caller.post("sobjects/FileRequest__c", &body).await.status, 201);
}
