//! Many records in one call: each row's outcome, and what a lost answer means for all of them.

use salesforce_client::{OrgError, Record, RecordId};
use serde_json::{Value, json};

use crate::{
    connection::connect,
    stand_in::{StandIn, html, json as answer},
};

const ID: &str = "a01000000000001AAA";

fn record() -> Record {
    Record::from_iter([("FileName__c".to_owned(), json!("a.pdf"))])
}

#[tokio::test]
async fn a_rows_failure_says_status_code_and_is_read_like_any_other() {
    let failure = |code: &str, message: &str| json!({"success": false, "errors": [{"statusCode": code, "message": message, "fields": ["State__c"]}]});
    let rows = json!([
        {"id": ID, "success": true, "errors": []},
        failure("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"),
        failure("NOT_FOUND", "Provided external ID field does not exist or is not accessible: x"),
        failure("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no"),
        failure("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid"),
        {"id": ID, "success": true, "errors": [{"statusCode": "OPERATION_ENQUEUED", "message": "9e1e"}]},
    ]);
    let org = StandIn::granting(move |_| answer(200, rows.clone()));
    let outcomes = connect(&org).create_all("SecureFile__c", &vec![record(); 6], false).await.unwrap();
    assert_eq!(outcomes[0].as_ref().unwrap().as_str(), ID);
    assert!(matches!(outcomes[1], Err(OrgError::RetryLater { .. })));
    assert!(matches!(outcomes[2], Err(OrgError::Gone { .. })));
    assert!(matches!(&outcomes[3], Err(OrgError::FixRequest { fields, .. }) if fields == &["State__c"]));
    assert!(outcomes[4].as_ref().unwrap_err().fell_with_another());
    assert!(outcomes[5].is_ok());
    let sent: Value = serde_json::from_str(&org.calls()[0].body).unwrap();
    assert_eq!(sent["allOrNone"], false);
    assert_eq!(sent["records"][0], json!({"attributes": {"type": "SecureFile__c"}, "FileName__c": "a.pdf"}));
}

#[tokio::test]
async fn each_kind_of_collection_has_its_address() {
    let org = StandIn::granting(|_| answer(200, json!([{"id": ID, "success": true, "errors": []}])));
    let connection = connect(&org);
    let id = RecordId::parse(ID).unwrap();
    connection.update_all("SecureFile__c", &[(id, record())], true).await.unwrap();
    let keyed = [("00D.x".to_owned(), record())];
    connection.upsert_all("SecureFile__c", "ExternalId__c", &keyed, false).await.unwrap();
    connection.delete_all(&[id], false).await.unwrap();
    let sent: Vec<_> = org.calls().iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    assert_eq!(
        sent,
        [
            "PATCH /services/data/v67.0/composite/sobjects".to_owned(),
            "PATCH /services/data/v67.0/composite/sobjects/SecureFile__c/ExternalId__c".to_owned(),
            format!("DELETE /services/data/v67.0/composite/sobjects?ids={ID}&allOrNone=false"),
        ]
    );
    let update: Value = serde_json::from_str(&org.calls()[0].body).unwrap();
    assert_eq!(update["records"][0]["id"], ID);
    let upsert: Value = serde_json::from_str(&org.calls()[1].body).unwrap();
    assert_eq!(upsert["records"][0]["ExternalId__c"], "00D.x");
}

#[tokio::test]
async fn a_lost_answer_leaves_creates_unknown_and_upserts_to_be_repeated() {
    let org = StandIn::granting(|_| html(503));
    let connection = connect(&org);
    let created = connection.create_all("SecureFile__c", &[record()], false).await;
    assert!(matches!(created, Err(OrgError::OutcomeUnknown { .. })), "{created:?}");
    let keyed = [("x".to_owned(), record())];
    let upserted = connection.upsert_all("SecureFile__c", "ExternalId__c", &keyed, false).await;
    assert!(matches!(upserted, Err(OrgError::RetryLater { .. })), "{upserted:?}");
}

#[tokio::test]
async fn nothing_is_sent_for_no_record_or_for_too_many() {
    let org = StandIn::granting(|_| html(503));
    let connection = connect(&org);
    assert!(connection.create_all("SecureFile__c", &[], false).await.unwrap().is_empty());
    let too_many = connection.create_all("SecureFile__c", &vec![record(); 201], false).await;
    assert!(matches!(too_many, Err(OrgError::FixRequest { .. })));
    assert!(org.calls().is_empty());
}

#[tokio::test]
async fn an_answer_with_another_number_of_rows_is_no_answer() {
    let org = StandIn::granting(|_| answer(200, json!([])));
    let created = connect(&org).create_all("SecureFile__c", &[record()], false).await;
    assert!(matches!(created, Err(OrgError::OutcomeUnknown { .. })), "{created:?}");
}
