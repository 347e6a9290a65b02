//! A managed package's names, and two Orgs that hold the same record ids.

use serde_json::json;
use simulated_org::Options;

use crate::caller::{Caller, options};

#[tokio::test]
async fn with_a_namespace_only_prefixed_names_exist() {
    let caller = Caller::start_with(Options { namespace: "cgate".to_owned(), ..options() }).await;
    let path = "sobjects/cgate__FileRequest__c/cgate__ExternalId__c/r.1";
    let body = json!({ "cgate__State__c": "Sent", "cgate__Case__c": caller.case("gateway_reboots") });
    assert_eq!(caller.patch(path, &body).await.status, 201);
    let rows = caller.rows("SELECT cgate__Case__r.CaseNumber FROM cgate__FileRequest__c").await;
    assert_eq!(rows[0]["cgate__Case__r"]["CaseNumber"], "00001001");
    assert_eq!(caller.post("sobjects/FileRequest__c", &json!({})).await.status, 404);
    assert_eq!(caller.patch(path, &json!({ "State__c": "Sent" })).await.code(), "INVALID_FIELD");
    assert_eq!(caller.query("SELECT Id FROM FileRequest__c").await.code(), "INVALID_TYPE");
    let event = json!({ "cgate__CaseId__c": caller.case("gateway_reboots"), "cgate__Kind__c": "request_changed", "cgate__ExternalId__c": "r.1" });
    assert_eq!(caller.post("sobjects/cgate__CaseFileEvent__e", &event).await.status, 201);
}

#[tokio::test]
async fn two_orgs_hold_identical_record_ids_and_share_nothing() {
    let one = Caller::start().await;
    let other = Caller::start_with(Options { org_id: "00D7Q00000XyZwVUAV".to_owned(), ..options() }).await;
    assert_ne!(one.org.org_id(), other.org.org_id());
    assert_eq!(one.case("gateway_reboots"), other.case("gateway_reboots"));
    assert_ne!(one.org.agent_certificate_pem(), other.org.agent_certificate_pem());
    let made = one.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent" })).await;
    assert_eq!(made.status, 201);
    assert!(other.org.records("FileRequest__c").is_empty());
    let stranger = Caller { token: one.token.clone(), ..other };
    assert_eq!(stranger.get("limits").await.status, 401);
}
