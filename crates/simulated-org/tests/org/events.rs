//! Platform events: accepted with a receipt that looks like an error.

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
