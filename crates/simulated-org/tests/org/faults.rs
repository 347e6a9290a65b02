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

#[tokio::test]
async fn a_status_without_words_says_what_an_org_says() {
    let caller = Caller::start().await;
    for (status, code) in [
        (401, "INVALID_SESSION_ID"),
        (403, "REQUEST_LIMIT_EXCEEDED"),
        (500, "UNKNOWN_EXCEPTION"),
        (503, "SERVER_UNAVAILABLE"),
    ] {
        caller.admin("faults", &json!({ "effect": { "kind": "status", "status": status } })).await;
        let answer = caller.get("limits").await;
        assert_eq!((answer.status, answer.code()), (status, code));
    }
}

#[tokio::test]
async fn what_was_done_may_be_reported_as_failed() {
    let caller = Caller::start().await;
    for (effect, status, code) in [
        (json!({ "kind": "status_after", "status": 400 }), 400, "UNABLE_TO_LOCK_ROW"),
        (json!({ "kind": "status_after", "status": 500 }), 500, "UNKNOWN_EXCEPTION"),
        (json!({ "kind": "status_after", "status": 503, "html": true }), 503, ""),
        (json!({ "kind": "lose_answer", "status": 503 }), 503, "SERVER_UNAVAILABLE"),
    ] {
        let before = caller.org.records("FileRequest__c").len();
        caller.admin("faults", &json!({ "match": { "method": "POST" }, "effect": effect })).await;
        let answer = caller.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent" })).await;
        assert_eq!((answer.status, answer.code()), (status, code));
        assert_eq!(caller.org.records("FileRequest__c").len(), before + 1);
    }
}

#[tokio::test]
async fn a_half_received_upload_leaves_nothing() {
    let caller = Caller::start().await;
    let body = json!({ "State__c": "Sent", "Message__c": "x".repeat(20_000) });
    for (bytes, kind) in
        [(100, "application/json"), (1_000_000, "application/json"), (100, "multipart/form-data; boundary=b")]
    {
        caller.admin("faults", &json!({ "effect": { "kind": "cut_upload", "bytes": bytes } })).await;
        let request = caller.request(reqwest::Method::POST, "sobjects/FileRequest__c").header("content-type", kind);
        let error = request.body(body.to_string()).send().await.unwrap_err();
        assert!(!error.is_status(), "{error:?}");
        assert!(caller.org.records("FileRequest__c").is_empty());
        let log = caller.org.requests();
        assert!(log.last().unwrap().fault.is_some() && log.last().unwrap().status.is_none());
    }
    assert!(caller.org.faults().unused().is_empty());
}

#[tokio::test]
async fn bodies_may_drip_either_way_and_arrive_whole() {
    let caller = Caller::start().await;
    caller.admin("faults", &json!({ "effect": { "kind": "drip", "bytes_per_second": 200_000 } })).await;
    let described = caller.get("sobjects/Case/describe").await;
    assert_eq!(described.body["name"], "Case");
    caller.admin("faults", &json!({ "effect": { "kind": "drip_upload", "bytes_per_second": 200_000 } })).await;
    let made =
        caller.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent", "Message__c": "x".repeat(3_000) })).await;
    assert_eq!(made.status, 201, "{made:?}");
    caller.admin("faults", &json!({ "effect": { "kind": "delay_answer", "ms": 20 } })).await;
    assert_eq!(caller.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent" })).await.status, 201);
    assert!(caller.org.faults().unused().is_empty());
}

#[tokio::test]
async fn a_rule_may_mean_one_object_or_one_user() {
    let caller = Caller::start().await;
    let status = json!({ "kind": "status", "status": 503 });
    caller.admin("faults", &json!({ "match": { "sobject": "filerequest__c" }, "effect": status })).await;
    assert_eq!(caller.get("sobjects/Case/describe").await.status, 200);
    let row = json!({ "attributes": { "type": "FileRequest__c" }, "State__c": "Sent" });
    assert_eq!(caller.post("composite/sobjects", &json!({ "records": [row] })).await.status, 503);
    caller.admin("faults", &json!({ "match": { "user": "anna" }, "effect": status })).await;
    assert_eq!(caller.get("limits").await.status, 200);
    let user = caller.org.integration_username();
    caller.admin("faults", &json!({ "match": { "user": user }, "effect": status })).await;
    assert_eq!(caller.get("limits").await.status, 503);
}

#[tokio::test]
async fn a_rate_strikes_the_same_requests_every_time() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let caller = Caller::start().await;
        let some = json!({ "match": { "path": "/limits", "rate": 0.3, "seed": seed }, "effect": { "kind": "status", "status": 503 } });
        caller.admin("faults", &some).await;
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(caller.get("limits").await.status);
        }
        let struck = run.iter().filter(|status| **status == 503).count();
        assert!((4..25).contains(&struck), "{struck} of 40");
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_row_may_be_held_for_a_time_and_says_so_in_each_row_of_a_collection() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    assert_eq!(caller.admin("locks", &json!({ "record": case, "ms": 60_000 })).await.status, 200);
    let row = json!({ "attributes": { "type": "FileRequest__c" }, "State__c": "Sent", "Case__c": case });
    let free = json!({ "attributes": { "type": "FileRequest__c" }, "State__c": "Sent" });
    let answer = caller.post("composite/sobjects", &json!({ "records": [row, free] })).await;
    assert_eq!(answer.body[0]["errors"][0]["statusCode"], "UNABLE_TO_LOCK_ROW");
    assert_eq!(answer.body[1]["success"], true);
    caller.org.advance_clock(60_000);
    assert_eq!(
        caller.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent", "Case__c": case })).await.status,
        201
    );
    assert_eq!(caller.admin("locks", &json!({ "record": case })).await.status, 400);
}
