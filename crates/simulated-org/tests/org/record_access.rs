//! Who may see which Case, as UserRecordAccess tells it and as REST enforces it.

use serde_json::json;

use crate::caller::{Caller, Reply};

async fn access(caller: &Caller, user: &str, case: &str) -> Reply {
    let soql = format!(
        "SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess \
         WHERE UserId = '{user}' AND RecordId IN ('{case}')"
    );
    caller.query(&soql).await
}

#[tokio::test]
async fn the_case_of_anna_is_hers_alone() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let anna = access(&caller, &caller.user("anna"), &case).await;
    assert_eq!(anna.body["records"][0]["HasReadAccess"], true);
    assert_eq!(anna.body["records"][0]["RecordId"], case);
    let ben = access(&caller, &caller.user("ben"), &case).await;
    assert_eq!(ben.body["records"][0]["HasReadAccess"], false);
    assert_eq!(ben.body["records"][0]["MaxAccessLevel"], "None");
    let shared = access(&caller, &caller.user("ben"), &caller.case("scanner_drift")).await;
    assert_eq!(shared.body["records"][0]["MaxAccessLevel"], "Edit");
}

#[tokio::test]
async fn losing_the_case_shows_at_once_and_can_be_undone() {
    let caller = Caller::start().await;
    let (anna, case) = (caller.user("anna"), caller.case("gateway_reboots"));
    let taken = caller.admin(&format!("cases/{case}/take-away"), &json!({ "user": "anna" })).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    assert_eq!(access(&caller, &anna, &case).await.body["records"][0]["HasReadAccess"], false);
    assert_eq!(caller.admin(&format!("cases/{case}/give-back"), &json!({})).await.status, 200);
    assert_eq!(access(&caller, &anna, &case).await.body["records"][0]["MaxAccessLevel"], "Edit");
}

#[tokio::test]
async fn a_record_nobody_can_read_has_no_row() {
    let caller = Caller::start().await;
    let (anna, case) = (caller.user("anna"), caller.case("gateway_reboots"));
    caller.admin(&format!("cases/{case}/delete"), &json!({})).await;
    assert_eq!(access(&caller, &anna, &case).await.body["totalSize"], 0);
    assert_eq!(access(&caller, &anna, "500Hs0000zzzzzz").await.body["totalSize"], 0);
}

#[tokio::test]
async fn its_own_restrictions_are_enforced() {
    let caller = Caller::start().await;
    let (user, case) = (caller.user("anna"), caller.case("gateway_reboots"));
    let ids: Vec<_> = (0..201).map(|number| format!("'500Hs0000000{number:03}'")).collect();
    for soql in [
        format!("SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}'"),
        format!("SELECT RecordId FROM UserRecordAccess WHERE RecordId = '{case}'"),
        format!("SELECT HasReadAccess FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{case}'"),
        format!("SELECT COUNT() FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{case}'"),
        format!("SELECT RecordId, UserId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{case}'"),
        format!("SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' OR RecordId = '{case}'"),
        format!("SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId IN ({})", ids.join(",")),
    ] {
        let refused = caller.query(&soql).await;
        assert_eq!((refused.status, refused.code()), (400, "MALFORMED_QUERY"), "{soql}");
    }
}

#[tokio::test]
async fn a_person_sees_their_own_and_shared_cases_only() {
    let mut caller = Caller::start().await;
    caller.token = caller.log_in("agent.ben@example.test").await;
    assert_eq!(caller.rows("SELECT Id FROM Case").await.len(), 6);
    let hidden = format!("sobjects/Case/{}", caller.case("gateway_reboots"));
    let refused = caller.get(&hidden).await;
    assert_eq!((refused.status, refused.code()), (404, "NOT_FOUND"));
    assert_eq!(caller.patch(&hidden, &json!({ "Subject": "mine" })).await.status, 404);
    let read_only = format!("sobjects/Case/{}", caller.case("label_print"));
    assert_eq!(caller.patch(&read_only, &json!({ "Subject": "mine" })).await.status, 403);
    let shared = format!("sobjects/Case/{}", caller.case("scanner_drift"));
    assert_eq!(caller.patch(&shared, &json!({ "Priority": "High" })).await.status, 204);
    let post = json!({ "ParentId": caller.case("gateway_reboots"), "Body": "hello" });
    assert_eq!(caller.post("sobjects/FeedItem", &post).await.code(), "INVALID_CROSS_REFERENCE_KEY");
}
