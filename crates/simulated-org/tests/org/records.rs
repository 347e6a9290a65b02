//! Single records: made, read, changed, removed, and refused when they break a rule.

use serde_json::{Value, json};

use crate::caller::{Caller, file_request};

#[tokio::test]
async fn an_upsert_makes_one_record_and_then_changes_that_one() {
    let caller = Caller::start().await;
    let path = format!("sobjects/FileRequest__c/ExternalId__c/{}.00000000000000000000000001", caller.org.org_id());
    let made = caller.patch(&path, &file_request(&caller.case("gateway_reboots"))).await;
    assert_eq!((made.status, &made.body["created"]), (201, &json!(true)), "{made:?}");
    let location = made.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("/services/data/v67.0/sobjects/FileRequest__c/{}", made.body["id"].as_str().unwrap()));

    let changed = caller.patch(&path, &json!({ "State__c": "Sent", "SentAt__c": "2026-11-21T16:19:00Z" })).await;
    assert_eq!((changed.status, &changed.body["created"]), (200, &json!(false)));
    assert_eq!(changed.body["id"], made.body["id"]);
    let rows = caller.org.records("FileRequest__c");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["Name"], "FR-000001");
    assert_eq!(rows[0]["State__c"], "Sent");
    assert_eq!(rows[0]["ExpiresAt__c"], "2026-12-05T16:18:12.000+0000");
}

#[tokio::test]
async fn what_is_read_back_is_typed_as_an_org_types_it() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let made = caller.post("sobjects/FileRequest__c", &file_request(&case)).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body, json!({ "id": made.body["id"], "success": true, "errors": [] }));
    let file = json!({
        "ExternalId__c": "x.1", "Case__c": case, "FileRequest__c": made.body["id"], "FileName__c": "  dump.bin ",
        "SizeBytes__c": 45_097_156_608_u64, "KeptUntil__c": "2027-05-20", "ScanState__c": "NotScanned",
        "State__c": "Held", "ReceivedAt__c": "2026-11-21T17:18:12.999+01:00",
    });
    let made = caller.post("sobjects/SecureFile__c/", &file).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    let read = caller.get(&format!("sobjects/securefile__c/{}", &id[..15])).await;
    assert_eq!(read.status, 200);
    let body = &read.body;
    assert_eq!(body["attributes"]["type"], "SecureFile__c");
    assert_eq!(body["Id"], id);
    assert_eq!(body["FileName__c"], "dump.bin");
    assert!(body["SizeBytes__c"].is_f64());
    assert_eq!(body["ReceivedAt__c"], "2026-11-21T16:18:12.000+0000");
    assert_eq!(body["KeptUntil__c"], "2027-05-20");
    assert_eq!(body["CreatedById"], caller.user("integration"));
    assert_eq!(body["SystemModstamp"], "2026-11-21T16:18:12.000+0000");
    let some = caller.get(&format!("sobjects/SecureFile__c/{id}?fields=Name,state__c")).await;
    assert_eq!(some.body.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn broken_rules_are_refused_with_their_codes() {
    let caller = Caller::start().await;
    let good = file_request(&caller.case("gateway_reboots"));
    for (field, value, code) in [
        ("Nonsense__c", json!(1), "INVALID_FIELD"),
        ("State__c", json!("Delivered"), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("RecipientEmail__c", json!("not an address"), "INVALID_EMAIL_ADDRESS"),
        ("RecipientName__c", json!("x".repeat(256)), "STRING_TOO_LONG"),
        ("Case__c", json!("500"), "MALFORMED_ID"),
        ("Case__c", json!(caller.user("anna")), "MALFORMED_ID"),
        ("Case__c", json!("500Hs00000zzzzzIAC"), "MALFORMED_ID"),
        ("Case__c", json!("500Hs0000zzzzzz"), "INVALID_CROSS_REFERENCE_KEY"),
        ("ExpiresAt__c", json!("tomorrow"), "JSON_PARSER_ERROR"),
        ("DueDate__c", json!("2026-11-21T00:00:00Z"), "JSON_PARSER_ERROR"),
        ("FilesReceived__c", json!("3"), "JSON_PARSER_ERROR"),
        ("FilesReceived__c", json!(1.5), "NUMBER_OUTSIDE_VALID_RANGE"),
        ("FilesReceived__c", json!(1_000_000_000), "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SystemModstamp", json!("2026-11-21T00:00:00Z"), "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Name", json!("FR-9"), "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let refused = caller.post("sobjects/FileRequest__c", &body).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{field} = {value}: {refused:?}");
    }
    assert!(caller.org.records("FileRequest__c").is_empty());
}

#[tokio::test]
async fn required_and_unique_fields_hold() {
    let caller = Caller::start().await;
    let refused = caller.post("sobjects/CaseFileEvent__e", &json!({})).await;
    assert_eq!((refused.code(), refused.body[0]["fields"].is_array()), ("REQUIRED_FIELD_MISSING", true));
    let body = json!({ "ExternalId__c": "same", "State__c": "Requested" });
    assert_eq!(caller.post("sobjects/FileRequest__c", &body).await.status, 201);
    let refused = caller.post("sobjects/FileRequest__c", &body).await;
    assert_eq!(refused.code(), "DUPLICATE_VALUE");
    // The field is case-sensitive: another case is another value.
    let other = json!({ "ExternalId__c": "SAME", "State__c": "Requested" });
    assert_eq!(caller.post("sobjects/FileRequest__c", &other).await.status, 201);
}

#[tokio::test]
async fn a_parent_may_be_named_by_its_external_id() {
    let caller = Caller::start().await;
    caller.patch("sobjects/FileRequest__c/ExternalId__c/r.1", &json!({ "State__c": "Sent" })).await;
    let mut file = json!({ "FileRequest__r": { "ExternalId__c": "r.1" } });
    let made = caller.patch("sobjects/SecureFile__c/ExternalId__c/f.1", &file).await;
    assert_eq!(made.status, 201, "{made:?}");
    let parent = &caller.org.records("FileRequest__c")[0]["Id"];
    assert_eq!(&caller.org.records("SecureFile__c")[0]["FileRequest__c"], parent);
    file["FileRequest__r"]["ExternalId__c"] = json!("r.2");
    assert_eq!(caller.patch("sobjects/SecureFile__c/ExternalId__c/f.2", &file).await.code(), "INVALID_FIELD");
    let repeated = json!({ "ExternalId__c": "f.1" });
    assert_eq!(caller.patch("sobjects/SecureFile__c/ExternalId__c/f.1", &repeated).await.code(), "INVALID_FIELD");
    let no_key = caller.patch("sobjects/SecureFile__c/FileName__c/a", &json!({})).await;
    assert_eq!((no_key.status, no_key.code()), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn a_deleted_record_lies_in_the_recycle_bin() {
    let caller = Caller::start().await;
    let made = caller.post("sobjects/FileRequest__c", &json!({ "State__c": "Sent" })).await;
    let path = format!("sobjects/FileRequest__c/{}", made.body["id"].as_str().unwrap());
    assert_eq!(caller.delete(&path).await.status, 204);
    let gone = caller.get(&path).await;
    assert_eq!((gone.status, gone.code()), (404, "ENTITY_IS_DELETED"));
    assert!(caller.rows("SELECT Id FROM FileRequest__c").await.is_empty());
    let all = caller.get("queryAll?q=SELECT+Id,IsDeleted+FROM+FileRequest__c").await;
    assert_eq!(all.body["records"][0]["IsDeleted"], true);
}

#[tokio::test]
async fn a_deleted_case_empties_the_lookups_and_a_merged_one_moves_them() {
    let caller = Caller::start().await;
    let (lost, kept) = (caller.case("scanner_drift"), caller.case("vpn_tunnel"));
    for case in [&lost, &lost] {
        assert_eq!(caller.post("sobjects/FileRequest__c", &file_request(case)).await.status, 201);
    }
    let merged = caller.admin(&format!("cases/{lost}/merge"), &json!({ "into": kept })).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    let rows = caller.org.records("FileRequest__c");
    assert!(rows.iter().all(|row| row["Case__c"] == kept));
    let soql = "SELECT+Id,MasterRecordId+FROM+Case+WHERE+IsDeleted+=+true";
    let bin = caller.get(&format!("queryAll?q={soql}")).await;
    assert_eq!(bin.body["records"][0]["MasterRecordId"], kept);
    assert_eq!(caller.admin(&format!("cases/{kept}/delete"), &json!({})).await.status, 200);
    assert!(caller.org.records("FileRequest__c").iter().all(|row| row["Case__c"] == Value::Null));
}

#[tokio::test]
async fn the_shipped_permission_set_is_all_the_integration_user_has() {
    let caller = Caller::start().await;
    let made = caller.post("sobjects/SecureFile__c", &json!({ "ExternalId__c": "f.1" })).await;
    let path = format!("sobjects/SecureFile__c/{}", made.body["id"].as_str().unwrap());
    let refused = caller.delete(&path).await;
    assert_eq!((refused.status, refused.code()), (403, "INSUFFICIENT_ACCESS_OR_READONLY"));
    let case = format!("sobjects/Case/{}", caller.case("scanner_drift"));
    assert_eq!(caller.get(&case).await.status, 200);
    assert_eq!(caller.patch(&case, &json!({ "Subject": "x" })).await.status, 403);
    assert_eq!(caller.get("sobjects/Contact").await.status, 404);
    assert_eq!(caller.query("SELECT Id FROM Contact").await.code(), "INVALID_TYPE");
}

#[tokio::test]
async fn a_post_on_the_case_feed_is_kept_with_its_author() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let post = json!({ "ParentId": case, "Type": "TextPost", "Body": "Grace sent 2 files." });
    assert_eq!(caller.post("sobjects/FeedItem", &post).await.status, 201);
    let rows = caller.rows(&format!("SELECT Body, CreatedBy.Name FROM FeedItem WHERE ParentId = '{case}'")).await;
    assert_eq!(rows[0]["Body"], "Grace sent 2 files.");
    assert_eq!(rows[0]["CreatedBy"]["Name"], "Casegate Integration");
    let empty = caller.post("sobjects/FeedItem", &json!({ "ParentId": case })).await;
    assert_eq!(empty.code(), "REQUIRED_FIELD_MISSING");
}

#[tokio::test]
async fn unknown_routes_and_versions_are_refused_and_counted() {
    let caller = Caller::start().await;
    for path in ["sobjects/Lead/1", "chatter/feed-elements", "composite/batch"] {
        let refused = caller.get(path).await;
        assert_eq!((refused.status, refused.code()), (404, "NOT_FOUND"), "{path}");
    }
    let url = format!("{}/services/data/v99.0/limits", caller.org.url());
    let newest = crate::caller::reply(caller.http.get(url).bearer_auth(&caller.token)).await;
    assert_eq!(newest.status, 404);
    let unknown = caller.org.requests().iter().filter(|request| request.unknown_route).count();
    assert_eq!(unknown, 4);
    let option = caller.get("sobjects/Case?nonsense=1").await;
    assert_eq!(option.status, 400);
}
