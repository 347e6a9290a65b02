//! An Org with many rows answers as a small one does. How fast, the bench of the same name says.

use serde_json::{Value, json};

use crate::caller::Caller;

fn load(caller: &Caller, object: &str, count: u64, fields: &Value) -> String {
    caller.org.load("integration", object, count, fields.as_object().unwrap()).unwrap()
}

#[tokio::test]
async fn thousands_of_rows_are_found_by_what_is_indexed_and_by_what_is_not() {
    let caller = Caller::start().await;
    let cases = json!({ "Subject": "Case {n}" });
    caller.org.load("admin", "Case", 500, cases.as_object().unwrap()).unwrap();
    let cases = [caller.case("gateway_reboots"), caller.case("vpn_tunnel")];
    let files =
        json!({ "ExternalId__c": "f.{n}", "FileName__c": "dump-{n}.bin", "Case__c": cases, "State__c": "Held" });
    let first = load(&caller, "SecureFile__c", 3_000, &files);
    for (soql, count) in [
        ("SELECT COUNT() FROM Case".to_owned(), 512),
        ("SELECT COUNT() FROM SecureFile__c".to_owned(), 3_000),
        (format!("SELECT COUNT() FROM SecureFile__c WHERE Id = '{first}'"), 1),
        ("SELECT COUNT() FROM SecureFile__c WHERE ExternalId__c = 'f.2999'".to_owned(), 1),
        ("SELECT COUNT() FROM SecureFile__c WHERE ExternalId__c IN ('f.1', 'f.2', 'none')".to_owned(), 2),
        (format!("SELECT COUNT() FROM SecureFile__c WHERE Case__c = '{}'", cases[1]), 1_500),
        (format!("SELECT COUNT() FROM SecureFile__c WHERE Case__c = '{}' AND ExternalId__c = 'f.2'", cases[1]), 1),
        (format!("SELECT COUNT() FROM SecureFile__c WHERE Case__c = '{}' OR ExternalId__c = 'f.1'", cases[1]), 1_501),
        ("SELECT COUNT() FROM SecureFile__c WHERE FileName__c = 'DUMP-77.BIN'".to_owned(), 1),
        ("SELECT COUNT() FROM SecureFile__c WHERE FileName__c LIKE 'dump-77%'".to_owned(), 11),
    ] {
        assert_eq!(caller.query(&soql).await.body["totalSize"], count, "{soql}");
    }
}

#[tokio::test]
async fn an_index_leaves_few_rows_to_look_at() {
    let caller = Caller::start().await;
    let loaded = |object: &str, count: u64, fields: Value| {
        caller.org.load("admin", object, count, fields.as_object().unwrap()).unwrap()
    };
    loaded("Case", 100, json!({ "Subject": "Case {n}" }));
    let cases = [caller.case("gateway_reboots"), caller.case("vpn_tunnel")];
    let file = loaded("SecureFile__c", 1_000, json!({ "ExternalId__c": "f.{n}", "FileName__c": "dump-{n}.bin" }));
    loaded("FeedItem", 10_000, json!({ "ParentId": cases, "Body": "Post {n}" }));
    let number = caller.rows("SELECT CaseNumber FROM Case WHERE Subject = 'Case 50'").await[0]["CaseNumber"].clone();
    for (soql, found, looked_at) in [
        (format!("SELECT Id, FileName__c FROM SecureFile__c WHERE Id = '{file}'"), 1, 1),
        (format!("SELECT Id FROM SecureFile__c WHERE Id IN ('{file}', 'a00000000000000')"), 1, 1),
        ("SELECT Id, Owner.Name FROM SecureFile__c WHERE ExternalId__c = 'f.999'".to_owned(), 1, 1),
        (format!("SELECT Id FROM Case WHERE CaseNumber = '{}'", number.as_str().unwrap()), 1, 1),
        ("SELECT Id FROM SecureFile__c WHERE Name IN ('SF-000007', 'SF-000008')".to_owned(), 2, 2),
        (format!("SELECT Id FROM FeedItem WHERE ParentId = '{}' AND Type = 'TextPost' LIMIT 3", cases[0]), 3, 5_000),
        ("SELECT Id FROM FeedItem WHERE Type = 'LinkPost'".to_owned(), 0, 10_000),
        // Either side must be looked for, so no index helps.
        ("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'f.1' OR FileName__c = 'dump-2.bin'".to_owned(), 2, 1_000),
    ] {
        let before = caller.org.rows_looked_at();
        assert_eq!(caller.rows(&soql).await.len(), found, "{soql}");
        assert_eq!(caller.org.rows_looked_at() - before, looked_at, "{soql}");
    }
}

#[tokio::test]
async fn a_changed_row_is_found_by_its_new_value_only() {
    let caller = Caller::start().await;
    load(&caller, "SecureFile__c", 100, &json!({ "ExternalId__c": "f.{n}", "State__c": "Held" }));
    let row = caller.rows("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'f.42'").await;
    let path = format!("sobjects/SecureFile__c/{}", row[0]["Id"].as_str().unwrap());
    assert_eq!(caller.patch(&path, &json!({ "ExternalId__c": "moved" })).await.status, 204);
    assert!(caller.rows("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'f.42'").await.is_empty());
    assert_eq!(caller.rows("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'moved'").await, row);
    let rolled_back = json!({ "allOrNone": true, "records": [
        { "attributes": { "type": "SecureFile__c" }, "id": row[0]["Id"], "ExternalId__c": "lost" },
        { "attributes": { "type": "SecureFile__c" }, "id": "a00Hs0000zzzzzz" },
    ]});
    caller.patch("composite/sobjects", &rolled_back).await;
    assert!(caller.rows("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'lost'").await.is_empty());
    assert_eq!(caller.rows("SELECT Id FROM SecureFile__c WHERE ExternalId__c = 'moved'").await, row);
}

#[tokio::test]
async fn many_rows_are_loaded_over_the_admin_port_or_none() {
    let caller = Caller::start().await;
    let body = json!({ "user": "integration", "count": 300, "fields": { "ExternalId__c": "f.{n}" } });
    let loaded = caller.admin("records/SecureFile__c/many", &body).await;
    assert_eq!((loaded.status, &loaded.body["count"]), (200, &json!(300)), "{loaded:?}");
    let twice = json!({ "user": "integration", "count": 2, "fields": { "ExternalId__c": "same" } });
    assert_ne!(caller.admin("records/SecureFile__c/many", &twice).await.status, 200);
    assert_eq!(caller.org.records("SecureFile__c").len(), 300);
    let numbers = caller.rows("SELECT COUNT_DISTINCT(Name) n FROM SecureFile__c").await;
    assert_eq!(numbers[0]["n"], 300);
}
