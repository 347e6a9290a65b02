//! Writing: single records, upserts, events, composites, and our namespace on all of them.

use salesforce_client::{CompositeRequest, OrgConnection, OrgError, Record, RecordId, Settings};
use serde_json::{Value, json};

use crate::{
    connection::{MovableClock, connect, settings},
    stand_in::{Reply, StandIn, empty, json as answer},
};

fn fields(value: Value) -> Record {
    let Value::Object(fields) = value else { panic!("not an object") };
    fields
}

fn saved(created: bool) -> Value {
    json!({"id": "a01000000000001AAA", "success": true, "errors": [], "created": created})
}

#[tokio::test]
async fn an_upsert_names_its_external_id_in_the_path_only() {
    let org = StandIn::granting(|request| {
        if request.body.contains("first") { answer(201, saved(true)) } else { answer(200, saved(false)) }
    });
    let connection = connect(&org);
    let key = "00D000000000001EAA.a/b c";
    let made =
        connection.upsert("SecureFile__c", "ExternalId__c", key, &json!({"FileName__c": "first"})).await.unwrap();
    let changed =
        connection.upsert("SecureFile__c", "ExternalId__c", key, &json!({"FileName__c": "then"})).await.unwrap();
    assert!(made.created && !changed.created);
    assert_eq!(made.id, changed.id);
    assert_eq!(org.calls()[0].method, "PATCH");
    assert_eq!(
        org.calls()[0].path,
        "/services/data/v67.0/sobjects/SecureFile__c/ExternalId__c/00D000000000001EAA.a%2Fb%20c"
    );
}

#[tokio::test]
async fn updates_and_deletes_read_an_empty_answer() {
    let org = StandIn::granting(|_| empty(204));
    let connection = connect(&org);
    let id = RecordId::parse("500000000000001").unwrap();
    connection.update("Case", &id, &json!({"Subject": "x"})).await.unwrap();
    connection.delete("Case", &id).await.unwrap();
    let sent: Vec<String> = org.calls().iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    assert_eq!(
        sent,
        [
            "PATCH /services/data/v67.0/sobjects/Case/500000000000001AAA",
            "DELETE /services/data/v67.0/sobjects/Case/500000000000001AAA"
        ]
    );
}

#[tokio::test]
async fn an_event_is_published_although_its_answer_lists_errors() {
    let org = StandIn::granting(|_| {
        answer(
            201,
            json!({"id": "e01xx0000000001AAA", "success": true,
            "errors": [{"statusCode": "OPERATION_ENQUEUED", "message": "9e1e2b9d", "fields": []}]}),
        )
    });
    connect(&org).publish_event("CaseFileEvent__e", &json!({"CaseId__c": "500"})).await.unwrap();
}

#[tokio::test]
async fn a_save_that_says_no_is_not_a_success() {
    let org = StandIn::granting(|_| answer(201, json!({"id": "a01000000000001AAA", "success": false, "errors": []})));
    let failure = connect(&org).create("Case", &json!({})).await.unwrap_err();
    assert!(matches!(failure, OrgError::OutcomeUnknown { .. }));
}

#[tokio::test]
async fn a_field_list_is_not_a_record() {
    let org = StandIn::granting(|_| empty(204));
    let failure = connect(&org).create("Case", &json!([1])).await.unwrap_err();
    assert!(matches!(failure, OrgError::FixRequest { .. }));
    assert!(org.calls().is_empty());
}

#[tokio::test]
async fn the_namespace_is_on_every_name_that_leaves_and_off_every_name_that_arrives() {
    let org = StandIn::granting(|request| match request.method.as_str() {
        "GET" => answer(
            200,
            json!({"totalSize": 1, "done": true, "records": [
            {"attributes": {"type": "ns__SecureFile__c"}, "Id": "a01000000000001AAA", "ns__FileName__c": "a.txt"}]}),
        ),
        "PATCH" => answer(201, saved(true)),
        _ => {
            answer(400, json!([{"message": "No such column", "errorCode": "INVALID_FIELD", "fields": ["ns__Bad__c"]}]))
        }
    });
    let settings = Settings { namespace_prefix: Some("ns".into()), ..settings(&org.url) };
    let connection = OrgConnection::new(settings, MovableClock::new().reader()).unwrap();
    let rows = connection.query("SELECT Id, FileName__c FROM SecureFile__c WHERE FileName__c = 'x__c'").await.unwrap();
    assert_eq!((&rows[0]["FileName__c"], &rows[0]["attributes"]["type"]), (&json!("a.txt"), &json!("SecureFile__c")));
    let body = json!({"FileName__c": "x", "FileRequest__r": {"ExternalId__c": "y"}, "Case__c": null});
    connection.upsert("SecureFile__c", "ExternalId__c", "k", &body).await.unwrap();
    let failure = connection.create("SecureFile__c", &json!({})).await.unwrap_err();
    assert!(matches!(failure, OrgError::FixRequest { fields, .. } if fields == ["Bad__c"]));

    let calls = org.calls();
    assert!(calls[0].path.contains("ns__FileName__c%20FROM%20ns__SecureFile__c"), "{}", calls[0].path);
    assert!(calls[0].path.contains("%27x__c%27"), "{}", calls[0].path);
    assert_eq!(calls[1].path, "/services/data/v67.0/sobjects/ns__SecureFile__c/ns__ExternalId__c/k");
    assert_eq!(
        serde_json::from_str::<Value>(&calls[1].body).unwrap(),
        json!({"ns__FileName__c": "x", "ns__FileRequest__r": {"ns__ExternalId__c": "y"}, "ns__Case__c": null})
    );
}

#[tokio::test]
async fn a_composite_answers_each_request_by_its_own_status() {
    let org = StandIn::granting(|_| {
        answer(
            200,
            json!({"compositeResponse": [
            {"body": {"id": "a01000000000001AAA", "success": true, "errors": [], "created": true},
             "httpHeaders": {}, "httpStatusCode": 201, "referenceId": "file"},
            {"body": null, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "case"},
            {"body": [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access"}],
             "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "post"},
            {"body": {"totalSize": 0, "done": true, "records": []}, "httpStatusCode": 200, "referenceId": "rows"}]}),
        )
    });
    let case = RecordId::parse("500000000000001").unwrap();
    let requests = [
        CompositeRequest::upsert("file", "SecureFile__c", "ExternalId__c", "k", fields(json!({"FileName__c": "x"}))),
        CompositeRequest::update("case", "Case", case, fields(json!({"Subject": "x"}))),
        CompositeRequest::create("post", "FeedItem", fields(json!({"ParentId": "@{file.id}"}))),
        CompositeRequest::query("rows", "SELECT Id FROM Case"),
    ];
    let answers = connect(&org).composite(&requests, false).await.unwrap();
    assert_eq!(answers[0].id().unwrap().as_str(), "a01000000000001AAA");
    assert!(answers[1].outcome.as_ref().unwrap().is_null());
    assert!(matches!(answers[2].outcome, Err(OrgError::RetryLater { .. })));
    assert_eq!(answers[3].outcome.as_ref().unwrap()["totalSize"], 0);

    let sent: Value = serde_json::from_str(&org.calls()[0].body).unwrap();
    assert_eq!(sent["allOrNone"], false);
    assert_eq!(sent["compositeRequest"][2]["body"]["ParentId"], "@{file.id}");
    assert_eq!(sent["compositeRequest"][3]["url"], "/services/data/v67.0/query?q=SELECT%20Id%20FROM%20Case");
    assert!(sent["compositeRequest"][3].get("body").is_none());
}

#[tokio::test]
async fn nothing_that_somebody_typed_becomes_a_reference() {
    let org = StandIn::granting(|_| answer(200, json!({"compositeResponse": []})));
    let connection = connect(&org);
    let first = CompositeRequest::create("file", "SecureFile__c", Record::new());
    let post = |value: Value| CompositeRequest::create("post", "FeedItem", fields(json!({"Case__r": {"Body": value}})));
    for typed in ["@{file.id}.txt", "see @{file.id}", "@{post.id}", "@{file}", "@{file.id}@{file.id}", "@{"] {
        let refused = connection.composite(&[first.clone(), post(json!(typed))], true).await.unwrap_err();
        assert!(
            matches!(&refused, OrgError::FixRequest { fields, .. } if fields == &["Case__r"]),
            "{typed}: {refused}"
        );
    }
    assert!(matches!(
        connection.composite(&[post(json!("@{file.id}")), first.clone()], true).await,
        Err(OrgError::FixRequest { .. })
    ));
    let many = vec![first.clone(); 26];
    assert!(matches!(connection.composite(&many, true).await, Err(OrgError::FixRequest { .. })));
    assert!(org.calls().is_empty(), "nothing was sent");
    for good in ["@{file.id}", "a@b.example {x}"] {
        let _ = connection.composite(&[first.clone(), post(json!(good))], true).await;
    }
    assert_eq!(org.calls().len(), 2);
}

#[tokio::test]
async fn a_lost_composite_is_unknown_only_when_it_creates() {
    let org = StandIn::granting(|_| Reply::HangUp);
    let connection = connect(&org);
    let upsert = CompositeRequest::upsert("a", "SecureFile__c", "ExternalId__c", "k", Record::new());
    let create = CompositeRequest::create("b", "FeedItem", Record::new());
    let failure = connection.composite(std::slice::from_ref(&upsert), true).await.unwrap_err();
    assert!(matches!(failure, OrgError::RetryLater { .. }));
    let failure = connection.composite(&[upsert, create], true).await.unwrap_err();
    assert!(matches!(failure, OrgError::OutcomeUnknown { .. }));
}
