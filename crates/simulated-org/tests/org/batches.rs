//! `composite/batch` and `composite/tree`, and the limits of the whole composite family.

use serde_json::{Value, json};

use crate::caller::{Caller, file_request};

const BASE: &str = "/services/data/v67.0";

#[tokio::test]
async fn a_batch_runs_each_call_for_itself() {
    let caller = Caller::start().await;
    let calls = json!([
        { "method": "POST", "url": "v67.0/sobjects/FileRequest__c", "richInput": { "State__c": "Sent" } },
        { "method": "POST", "url": "v67.0/sobjects/FileRequest__c", "richInput": { "State__c": "Nonsense" } },
        { "method": "GET", "url": "v67.0/query/?q=SELECT+COUNT()+FROM+FileRequest__c" },
    ]);
    let done = caller.post("composite/batch", &json!({ "batchRequests": calls })).await;
    assert_eq!((done.status, &done.body["hasErrors"]), (200, &json!(true)), "{done:?}");
    let results = done.body["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| result["statusCode"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 200]);
    assert_eq!(results[1]["result"][0]["errorCode"], "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    assert_eq!(results[2]["result"]["totalSize"], 1);

    let halted = caller.post("composite/batch", &json!({ "haltOnError": true, "batchRequests": calls })).await;
    let results = halted.body["results"].as_array().unwrap();
    assert_eq!(results[2]["statusCode"], 412);
    assert_eq!(results[2]["result"][0]["errorCode"], "BATCH_PROCESSING_HALTED");
    assert_eq!(caller.org.records("FileRequest__c").len(), 2);
}

#[tokio::test]
async fn a_batch_holds_25_plain_calls() {
    let caller = Caller::start().await;
    let call = json!({ "method": "GET", "url": "v67.0/limits" });
    let full = caller.post("composite/batch", &json!({ "batchRequests": vec![call.clone(); 25] })).await;
    assert_eq!((full.status, &full.body["hasErrors"]), (200, &json!(false)));
    for requests in [vec![call; 26], Vec::new()] {
        assert_eq!(caller.post("composite/batch", &json!({ "batchRequests": requests })).await.code(), "INVALID_INPUT");
    }
    let nested = json!({ "method": "POST", "url": "v67.0/composite/batch", "richInput": {} });
    let nested = caller.post("composite/batch", &json!({ "batchRequests": [nested] })).await;
    assert_eq!(nested.body["results"][0]["result"][0]["errorCode"], "INVALID_INPUT");
    let unknown = json!({ "batchRequests": [{ "method": "GET", "url": "v67.0/limits", "body": {} }] });
    assert_eq!(caller.post("composite/batch", &unknown).await.code(), "JSON_PARSER_ERROR");
}

fn request(reference: &str, external_id: &str, files: Value) -> Value {
    json!({
        "attributes": { "type": "FileRequest__c", "referenceId": reference },
        "State__c": "Sent", "ExternalId__c": external_id, "SecureFiles__r": { "records": files },
    })
}

fn file(reference: &str, external_id: &str) -> Value {
    json!({ "attributes": { "type": "SecureFile__c", "referenceId": reference }, "ExternalId__c": external_id })
}

#[tokio::test]
async fn a_tree_is_planted_whole() {
    let caller = Caller::start().await;
    let body = json!({ "records": [request("one", "r.1", json!([file("two", "f.1"), file("three", "f.2")]))] });
    let made = caller.post("composite/tree/FileRequest__c", &body).await;
    assert_eq!((made.status, &made.body["hasErrors"]), (201, &json!(false)), "{made:?}");
    let results = made.body["results"].as_array().unwrap();
    let named: Vec<_> = results.iter().map(|result| result["referenceId"].as_str().unwrap()).collect();
    assert_eq!(named, ["one", "two", "three"]);
    let files = caller.rows("SELECT FileRequest__c FROM SecureFile__c").await;
    assert!(files.iter().all(|file| file["FileRequest__c"] == results[0]["id"]));
}

#[tokio::test]
async fn a_tree_that_fails_anywhere_leaves_nothing() {
    let caller = Caller::start().await;
    let files = json!([file("two", "f.1"), file("three", "f.1")]);
    let failed =
        caller.post("composite/tree/FileRequest__c", &json!({ "records": [request("one", "r.1", files)] })).await;
    assert_eq!((failed.status, &failed.body["hasErrors"]), (400, &json!(true)));
    let results = failed.body["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["referenceId"], "three");
    assert_eq!(results[0]["errors"][0]["statusCode"], "DUPLICATE_VALUE");
    assert!(caller.org.records("FileRequest__c").is_empty() && caller.org.records("SecureFile__c").is_empty());

    let twice = json!({ "records": [request("one", "r.1", json!([file("one", "f.1")]))] });
    assert_eq!(caller.post("composite/tree/FileRequest__c", &twice).await.code(), "INVALID_INPUT");
    let many: Vec<_> = (0..201).map(|number| file(&format!("f{number}"), &format!("f.{number}"))).collect();
    assert_eq!(caller.post("composite/tree/SecureFile__c", &json!({ "records": many })).await.code(), "INVALID_INPUT");
    let other = json!({ "records": [file("one", "f.1")] });
    assert_eq!(caller.post("composite/tree/FileRequest__c", &other).await.code(), "INVALID_INPUT");
}

#[tokio::test]
async fn composite_requests_keep_their_limits() {
    let caller = Caller::start().await;
    let part = |number: usize, url: &str| json!({ "method": "GET", "url": format!("{BASE}/{url}"), "referenceId": format!("r{number}") });
    let of = |count: usize, url: &str| json!({ "compositeRequest": (0..count).map(|number| part(number, url)).collect::<Vec<_>>() });
    assert_eq!(caller.post("composite", &of(25, "sobjects/Case")).await.status, 200);
    assert_eq!(caller.post("composite", &of(26, "sobjects/Case")).await.code(), "INVALID_INPUT");
    assert_eq!(caller.post("composite", &of(5, "query?q=SELECT+Id+FROM+Case")).await.status, 200);
    assert_eq!(caller.post("composite", &of(6, "query?q=SELECT+Id+FROM+Case")).await.code(), "INVALID_INPUT");
    let row = |kind: &str| json!({ "attributes": { "type": kind }, "State__c": "Sent" });
    let alternating = |chunks: usize| {
        let rows = (0..chunks).map(|number| row(["FileRequest__c", "SecureFile__c"][number % 2]));
        json!({ "records": rows.collect::<Vec<_>>() })
    };
    assert_eq!(caller.post("composite/sobjects", &alternating(10)).await.status, 200);
    assert_eq!(caller.post("composite/sobjects", &alternating(11)).await.code(), "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn the_outer_all_or_none_overrides_a_collections_own() {
    let caller = Caller::start().await;
    let row = |state: &str| json!({ "attributes": { "type": "FileRequest__c" }, "State__c": state });
    let body = json!({ "allOrNone": true, "compositeRequest": [
        { "method": "POST", "url": format!("{BASE}/sobjects/FileRequest__c"), "referenceId": "one",
          "body": file_request(&caller.case("gateway_reboots")) },
        { "method": "POST", "url": format!("{BASE}/composite/sobjects"), "referenceId": "two",
          "body": { "allOrNone": false, "records": [row("Sent"), row("Nonsense")] } },
    ]});
    let undone = caller.post("composite", &body).await;
    let list = undone.body["compositeResponse"].as_array().unwrap();
    assert_eq!(list[0]["body"][0]["errorCode"], "PROCESSING_HALTED", "{undone:?}");
    assert_eq!(list[1]["body"][0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert!(caller.org.records("FileRequest__c").is_empty());
}

#[tokio::test]
async fn rows_are_deleted_many_at_once() {
    let caller = Caller::start_with(simulated_org::Options { metadata: None, ..crate::caller::options() }).await;
    // Without our metadata the integration user has no right to delete, and every row says so.
    let ids = [caller.case("gateway_reboots"), caller.case("vpn_tunnel"), "500Hs0000zzzzzz".to_owned()].join(",");
    let refused = caller.delete(&format!("composite/sobjects?ids={ids}&allOrNone=false")).await;
    assert_eq!(refused.status, 200);
    let codes: Vec<_> =
        refused.body.as_array().unwrap().iter().map(|row| row["errors"][0]["statusCode"].clone()).collect();
    assert_eq!(codes[0], "INSUFFICIENT_ACCESS_OR_READONLY");
    assert_eq!(codes[2], "NOT_FOUND");
    assert_eq!(caller.delete("composite/sobjects?ids=").await.code(), "INVALID_INPUT");
}
