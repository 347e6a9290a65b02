//! Platform events: accepted with a receipt that looks like an error.

use futures_util::StreamExt as _;
use serde_json::json;

use crate::caller::Caller;

#[tokio::test]
async fn an_event_is_enqueued_not_stored() {
    let caller = Caller::start().await;
    let event =
        json!({ "CaseId__c": caller.case("gateway_reboots"), "Kind__c": "file_attached", "ExternalId__c": "x.1" });
    let sent = caller.post("sobjects/CaseFileEvent__e", &event).await;
    assert_eq!((sent.status, &sent.body["success"]), (201, &json!(true)));
    assert_eq!(sent.body["errors"][0]["statusCode"], "OPERATION_ENQUEUED");
    assert!(caller.org.records("CaseFileEvent__e").is_empty());
    let unknown = caller.post("sobjects/CaseFileEvent__e", &json!({ "Nonsense__c": 1 })).await;
    assert_eq!(unknown.code(), "INVALID_FIELD");
}

#[tokio::test]
async fn a_rolled_back_request_delivers_no_event() {
    let caller = Caller::start().await;
    let listening = caller.http.get(format!("{}/org/events", caller.org.url())).send().await.unwrap();
    let mut heard = listening.bytes_stream();
    let event = |external_id: &str| json!({ "CaseId__c": caller.case("gateway_reboots"), "Kind__c": "file_attached", "ExternalId__c": external_id });
    let base = "/services/data/v67.0/sobjects";
    let undone = json!({ "allOrNone": true, "compositeRequest": [
        { "method": "POST", "url": format!("{base}/CaseFileEvent__e"), "referenceId": "event", "body": event("undone") },
        { "method": "POST", "url": format!("{base}/FileRequest__c"), "referenceId": "row", "body": { "State__c": "?" } },
    ]});
    assert_eq!(caller.post("composite", &undone).await.body["compositeResponse"][0]["httpStatusCode"], 400);
    assert_eq!(caller.post("sobjects/CaseFileEvent__e", &event("done")).await.status, 201);
    let first = heard.next().await.unwrap().unwrap();
    let first = String::from_utf8_lossy(&first).into_owned();
    assert!(first.contains("\"done\"") && !first.contains("undone"), "{first}");
    let (_, published) = first.split_once("\"CreatedDate\":\"").unwrap();
    let moment = published.split('"').next().unwrap();
    assert!(moment.len() == "2017-04-09T18:31:40.517Z".len() && moment.ends_with('Z'), "{moment}");
}
