//! Reading: queries, pages, limits, and every failure by the caller's next move.

use std::time::Duration;

use futures_util::StreamExt as _;
use salesforce_client::{OrgConnection, OrgError, RecordId, Settings, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    connection::{MovableClock, connect, settings},
    stand_in::{Reply, StandIn, empty, html, json as answer},
};

/// The variant's name: what the caller will match on.
fn next_move(error: &OrgError) -> &'static str {
    match error {
        OrgError::Reauthorise { .. } => "reauthorise",
        OrgError::RetryLater { .. } => "retry later",
        OrgError::OutcomeUnknown { .. } => "outcome unknown",
        OrgError::FixRequest { .. } => "fix request",
        OrgError::Gone { .. } => "gone",
        OrgError::Conflict { .. } => "conflict",
        OrgError::Multiple { .. } => "multiple",
        OrgError::NoAccess { .. } => "no access",
        _ => "unlisted",
    }
}

fn complaint(code: &str, message: &str) -> Value {
    json!([{"message": message, "errorCode": code}])
}

#[tokio::test]
async fn each_documented_failure_names_the_next_move() {
    let gone = "Provided external ID field does not exist or is not accessible: x";
    for (status, body, read, write) in [
        (403, complaint("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), "retry later", "retry later"),
        (400, complaint("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"), "retry later", "retry later"),
        (429, complaint("TOO_MANY", ""), "retry later", "retry later"),
        (500, complaint("UNKNOWN_EXCEPTION", "An unexpected error occurred"), "retry later", "outcome unknown"),
        (503, complaint("SERVER_UNAVAILABLE", "Server Unavailable"), "retry later", "outcome unknown"),
        (420, Value::Null, "retry later", "outcome unknown"),
        (400, complaint("MALFORMED_QUERY", "unexpected token"), "fix request", "fix request"),
        (400, complaint("INVALID_FIELD", "No such column"), "fix request", "fix request"),
        (400, complaint("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no"), "fix request", "fix request"),
        (400, complaint("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"), "fix request", "fix request"),
        (404, complaint("NOT_FOUND", "The requested resource does not exist"), "fix request", "fix request"),
        (404, complaint("NOT_FOUND", gone), "gone", "gone"),
        (404, complaint("ENTITY_IS_DELETED", "entity is deleted"), "gone", "gone"),
        (400, complaint("ENTITY_IS_DELETED", "entity is deleted"), "gone", "gone"),
        (400, complaint("DUPLICATE_VALUE", "duplicate value found"), "conflict", "conflict"),
        (412, Value::Null, "conflict", "conflict"),
        (403, complaint("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access"), "no access", "no access"),
        (400, complaint("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "no"), "no access", "no access"),
        (403, complaint("API_DISABLED_FOR_ORG", "API is disabled"), "no access", "no access"),
        (414, Value::Null, "fix request", "fix request"),
        (
            300,
            json!(["/services/data/v67.0/sobjects/Case/1", "/services/data/v67.0/sobjects/Case/2"]),
            "multiple",
            "multiple",
        ),
        // Other shapes of the same: an object, an object with errors, a bare text.
        (500, json!({"message": "boom", "errorCode": "UNKNOWN_EXCEPTION"}), "retry later", "outcome unknown"),
        (
            400,
            json!({"success": false, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "", "fields": []}]}),
            "retry later",
            "retry later",
        ),
        (400, json!([{"errorCode": "INVALID_FIELD", "message": null, "fields": null}]), "fix request", "fix request"),
        (400, json!([{"errorCode": 7}]), "fix request", "fix request"),
        (400, json!([[{"errorCode": "UNABLE_TO_LOCK_ROW"}]]), "fix request", "fix request"),
        (400, complaint("NOT_FOUND", gone), "gone", "gone"),
        (400, json!("nonsense"), "fix request", "fix request"),
        (400, json!([]), "fix request", "fix request"),
    ] {
        let shown = body.clone();
        let org = StandIn::granting(move |_| if body.is_null() { empty(status) } else { answer(status, body.clone()) });
        let connection = connect(&org);
        let failure = connection.query("SELECT Id FROM Case").await.unwrap_err();
        assert_eq!(next_move(&failure), read, "GET {status} {shown}: {failure}");
        let failure = connection.create("Case", &json!({})).await.unwrap_err();
        assert_eq!(next_move(&failure), write, "POST {status} {shown}: {failure}");
        assert_eq!(org.calls().len(), 2, "nothing is repeated behind the caller's back");
    }
}

#[tokio::test]
async fn a_failure_cut_short_is_still_that_failure() {
    let org = StandIn::granting(|_| Reply::BreakOff { status: 503 });
    assert_eq!(next_move(&connect(&org).query("SELECT Id FROM Case").await.unwrap_err()), "retry later");
    assert_eq!(next_move(&connect(&org).create("Case", &json!({})).await.unwrap_err()), "outcome unknown");
    let org = StandIn::granting(|_| Reply::BreakOff { status: 400 });
    assert_eq!(next_move(&connect(&org).create("Case", &json!({})).await.unwrap_err()), "fix request");
}

type Bad = (&'static str, fn() -> Reply);

#[tokio::test]
async fn answers_that_are_no_answers_are_survived() {
    let replies: [Bad; 6] = [
        ("an HTML 503", || html(503)),
        ("an HTML page with status 200", || html(200)),
        ("an empty 200", || empty(200)),
        ("an empty 502", || empty(502)),
        ("an answer that breaks off", || Reply::BreakOff { status: 200 }),
        ("a connection that closes", || Reply::HangUp),
    ];
    for (name, reply) in replies {
        let org = StandIn::granting(move |_| reply());
        let connection = connect(&org);
        let id = RecordId::parse("500000000000001").unwrap();
        for harmless in [
            connection.query("SELECT Id FROM Case").await.map(drop),
            connection.get("Case", &id, &["Subject"]).await.map(drop),
            connection.limits().await.map(drop),
            connection.upsert("SecureFile__c", "ExternalId__c", "x", &json!({})).await.map(drop),
        ] {
            assert_eq!(next_move(&harmless.unwrap_err()), "retry later", "{name}");
        }
        let create = connection.create("FeedItem", &json!({"Body": "x"})).await.unwrap_err();
        assert_eq!(next_move(&create), "outcome unknown", "{name}");
        assert_eq!(org.calls().len(), 5, "{name}: a create is sent once");
    }
}

#[tokio::test]
async fn an_org_that_takes_too_long_leaves_a_create_unknown() {
    let org = StandIn::granting(|_| {
        std::thread::sleep(Duration::from_secs(3));
        empty(204)
    });
    let settings = Settings { timeout: Duration::from_millis(300), ..settings(&org.url) };
    let connection = OrgConnection::new(settings, MovableClock::new().reader()).unwrap();
    connection.identity().await.unwrap();
    assert_eq!(next_move(&connection.create("Case", &json!({})).await.unwrap_err()), "outcome unknown");
    assert_eq!(next_move(&connection.query("SELECT Id FROM Case").await.unwrap_err()), "retry later");
}

#[tokio::test]
async fn the_orgs_own_wish_for_a_pause_is_handed_on() {
    let org = StandIn::granting(|_| empty(503).with("Retry-After", "120"));
    let failure = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
    assert!(matches!(failure, OrgError::RetryLater { after, .. } if after == Duration::from_mins(2)));
}

#[tokio::test]
async fn all_pages_of_a_query_are_read_in_order() {
    let org = StandIn::granting(|request| {
        if request.path.starts_with("/services/data/v67.0/query?q=") {
            answer(
                200,
                json!({"totalSize": 3, "done": false, "nextRecordsUrl": "/services/data/v67.0/query/01gxx-2",
                "records": [{"attributes": {"type": "Case"}, "CaseNumber": "1"}, {"CaseNumber": "2"}]}),
            )
        } else {
            assert_eq!(request.path, "/services/data/v67.0/query/01gxx-2");
            answer(200, json!({"totalSize": 3, "done": true, "records": [{"CaseNumber": "3"}]}))
        }
    });
    #[derive(Deserialize)]
    struct Row {
        #[serde(rename = "CaseNumber")]
        number: String,
    }
    let rows: Vec<Row> = connect(&org).query_as("SELECT CaseNumber FROM Case WHERE Subject = 'a b&c'").await.unwrap();
    assert_eq!(rows.iter().map(|row| row.number.as_str()).collect::<String>(), "123");
    assert_eq!(
        org.calls()[0].path,
        "/services/data/v67.0/query?q=SELECT%20CaseNumber%20FROM%20Case%20WHERE%20Subject%20%3D%20%27a%20b%26c%27"
    );
}

#[tokio::test]
async fn a_stream_of_rows_fetches_a_page_when_it_is_wanted() {
    let org = StandIn::granting(|request| {
        let number = request.path.rsplit('-').next().unwrap().parse().unwrap_or(0);
        answer(
            200,
            json!({"totalSize": 9, "done": false, "nextRecordsUrl": format!("/services/data/v67.0/query/01gxx-{}", number + 1),
            "records": [{"CaseNumber": number}]}),
        )
    });
    let rows = connect(&org).query_rows("SELECT CaseNumber FROM Case");
    let rows: Vec<_> = rows.take(3).map(|row| row.unwrap()["CaseNumber"].as_u64().unwrap()).collect().await;
    assert_eq!(rows, [0, 1, 2]);
    assert_eq!(org.calls().len(), 3);
}

#[tokio::test]
async fn deleted_rows_are_asked_for_by_name() {
    let org = StandIn::granting(|_| answer(200, json!({"totalSize": 0, "done": true, "records": []})));
    connect(&org).query_with_deleted("SELECT Id, IsDeleted FROM Case").await.unwrap();
    assert!(org.calls()[0].path.starts_with("/services/data/v67.0/queryAll?q="));
}

#[tokio::test]
async fn a_query_longer_than_an_address_may_be_is_not_sent() {
    let org = StandIn::granting(|_| empty(200));
    let failure = connect(&org).query(&format!("SELECT Id FROM Case WHERE Subject = '{}'", "x".repeat(15_000))).await;
    assert!(matches!(failure, Err(OrgError::FixRequest { code, .. }) if code == "URI_TOO_LONG"));
    assert!(org.calls().is_empty());
}

#[tokio::test]
async fn a_next_page_outside_the_org_is_not_fetched() {
    for next in ["//evil.example/services/data/", "https://evil.example/", "/id/00D/005", "@evil.example/"] {
        let org = StandIn::granting(move |_| {
            answer(200, json!({"totalSize": 2, "done": false, "nextRecordsUrl": next, "records": []}))
        });
        let failure = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
        assert_eq!(next_move(&failure), "retry later");
        assert_eq!(org.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_row_of_another_shape_is_the_querys_fault() {
    let org = StandIn::granting(|_| answer(200, json!({"totalSize": 1, "done": true, "records": [{"Id": null}]})));
    #[derive(Debug, Deserialize)]
    struct Row {
        #[serde(rename = "Id")]
        _id: RecordId,
    }
    let failure = connect(&org).query_as::<Row>("SELECT Id FROM Case").await.unwrap_err();
    assert_eq!(next_move(&failure), "fix request");
}

#[tokio::test]
async fn record_access_is_asked_for_two_hundred_ids_at_a_time() {
    let org = StandIn::granting(|_| {
        answer(
            200,
            json!({"totalSize": 1, "done": true, "records": [{
            "attributes": {"type": "UserRecordAccess"},
            "RecordId": "500000000000001AAA", "HasReadAccess": true, "HasEditAccess": false, "MaxAccessLevel": "Read"}]}),
        )
    });
    let connection = connect(&org);
    let user = RecordId::parse("005000000000001").unwrap();
    let ids: Vec<RecordId> = (0..201).map(|n| RecordId::parse(&format!("500{n:012}")).unwrap()).collect();
    let rows = connection.user_record_access(&user, &ids).await.unwrap();
    assert_eq!(org.calls().len(), 2);
    assert!(org.calls()[0].path.len() < 16_384);
    assert!(rows[0].has_read && !rows[0].has_edit && rows[0].max_level == "Read");
    assert!(connection.user_record_access(&user, &[]).await.unwrap().is_empty());
    assert_eq!(org.calls().len(), 2);
}

#[tokio::test]
async fn usage_is_remembered_from_every_answer() {
    let org = StandIn::granting(|request| {
        let used = if request.path.ends_with("/limits") { "18" } else { "19" };
        answer(200, json!({"DailyApiRequests": {"Max": 15000, "Remaining": 14982}}))
            .with("Sforce-Limit-Info", &format!("api-usage={used}/15000"))
    });
    let connection = connect(&org);
    assert_eq!(connection.usage(), None);
    assert_eq!(connection.limits().await.unwrap()["DailyApiRequests"].remaining, 14982);
    assert_eq!(connection.usage(), Some(Usage { used: 18, max: 15000 }));
    connection.query("SELECT Id FROM Case").await.unwrap_err();
    assert_eq!(connection.usage(), Some(Usage { used: 19, max: 15000 }));
}
