//! Many at once: collections and composite requests, whole or not at all.

use serde_json::json;

use crate::caller::{Caller, file_request};

#[tokio::test]
async fn a_collection_says_for_each_row_what_became_of_it() {
    let caller = Caller::start().await;
    let row = |id: &str, state: &str| json!({ "attributes": { "type": "FileRequest__c" }, "ExternalId__c": id, "State__c": state });
    let body = json!({ "allOrNone": false, "records": [row("a", "Sent"), row("b", "Nonsense")] });
    let saved = caller.post("composite/sobjects", &body).await;
    assert_eq!(saved.status, 200);
    assert_eq!(saved.body[0]["success"], true);
    assert_eq!(saved.body[1]["errors"][0]["statusCode"], "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    assert_eq!(caller.org.records("FileRequest__c").len(), 1);

    let body = json!({ "allOrNone": true, "records": [row("c", "Sent"), row("d", "Nonsense")] });
    let undone = caller.post("composite/sobjects", &body).await;
    assert_eq!(undone.body[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(caller.org.records("FileRequest__c").len(), 1);

    let update = json!({ "records": [{ "attributes": { "type": "FileRequest__c" }, "id": saved.body[0]["id"], "State__c": "Opened" }] });
    assert_eq!(caller.patch("composite/sobjects", &update).await.body[0]["success"], true);
    let upsert = json!({ "records": [row("a", "Revoked"), row("e", "Sent")] });
    let upserted = caller.patch("composite/sobjects/FileRequest__c/ExternalId__c", &upsert).await;
    assert_eq!((&upserted.body[0]["created"], &upserted.body[1]["created"]), (&json!(false), &json!(true)));
    let ids = format!("{},{}", saved.body[0]["id"].as_str().unwrap(), "a00Hs0000zzzzzz");
    let read = caller.get(&format!("composite/sobjects/FileRequest__c?ids={ids}&fields=State__c")).await;
    assert_eq!((&read.body[0]["State__c"], &read.body[1]), (&json!("Revoked"), &json!(null)));
    let too_many = json!({ "records": vec![row("x", "Sent"); 201] });
    assert_eq!(caller.post("composite/sobjects", &too_many).await.status, 400);
}

#[tokio::test]
async fn composite_calls_use_results_of_earlier_ones() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let base = "/services/data/v67.0";
    let body = json!({ "allOrNone": true, "compositeRequest": [
        { "method": "PATCH", "url": format!("{base}/sobjects/FileRequest__c/ExternalId__c/r.1"), "referenceId": "request",
          "body": file_request(&case) },
        { "method": "PATCH", "url": format!("{base}/sobjects/SecureFile__c/ExternalId__c/f.1"), "referenceId": "file",
          "body": { "FileRequest__c": "@{request.id}", "Case__c": case, "FileName__c": "of @{request.id}" } },
        { "method": "GET", "url": format!("{base}/query?q=SELECT+Id+FROM+SecureFile__c+WHERE+FileRequest__c='@{{request.id}}'"),
          "referenceId": "found" },
        { "method": "GET", "url": format!("{base}/sobjects/SecureFile__c/@{{found.records[0].Id}}"), "referenceId": "read" },
    ]});
    let done = caller.post("composite", &body).await;
    let list = done.body["compositeResponse"].as_array().unwrap();
    assert_eq!(
        list.iter().map(|part| part["httpStatusCode"].as_u64().unwrap()).collect::<Vec<_>>(),
        [201, 201, 200, 200],
        "{done:?}"
    );
    assert_eq!(list[1]["referenceId"], "file");
    assert_eq!(list[3]["body"]["FileRequest__c"], list[0]["body"]["id"]);
}

#[tokio::test]
async fn a_failed_composite_leaves_nothing_behind() {
    let caller = Caller::start().await;
    let base = "/services/data/v67.0/sobjects/FileRequest__c";
    let body = |all_or_none: bool| {
        json!({ "allOrNone": all_or_none, "compositeRequest": [
            { "method": "POST", "url": base, "referenceId": "one", "body": { "State__c": "Sent" } },
            { "method": "POST", "url": base, "referenceId": "two", "body": { "State__c": "Nonsense" } },
            { "method": "GET", "url": format!("{base}/@{{two.id}}"), "referenceId": "three" },
        ]})
    };
    let undone = caller.post("composite", &body(true)).await;
    let list = undone.body["compositeResponse"].as_array().unwrap();
    assert_eq!(undone.status, 200);
    assert_eq!(list[0]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(list[1]["body"][0]["errorCode"], "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    assert_eq!(list[2]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert!(caller.org.records("FileRequest__c").is_empty());

    let partly = caller.post("composite", &body(false)).await;
    let list = partly.body["compositeResponse"].as_array().unwrap();
    assert_eq!(list[0]["httpStatusCode"], 201);
    assert!(
        list[2]["body"][0]["message"].as_str().unwrap().starts_with("Invalid reference specified. No value for id")
    );
    assert_eq!(caller.org.records("FileRequest__c").len(), 1);
}
