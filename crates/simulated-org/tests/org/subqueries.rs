//! Queries inside queries: children under their parents, and ids found elsewhere.

use serde_json::{Value, json};
use simulated_org::Options;

use crate::caller::{Caller, file_request, options};

/// Three requests and two files on one Case.
async fn with_files(caller: &Caller, case: &str) {
    for (number, state) in ["Sent", "Opened", "Sent"].into_iter().enumerate() {
        let mut body = file_request(case);
        body["State__c"] = json!(state);
        let path = format!("sobjects/FileRequest__c/ExternalId__c/r.{number}");
        assert_eq!(caller.patch(&path, &body).await.status, 201);
    }
    for number in 0..2 {
        let body = json!({ "Case__c": case, "FileName__c": "dump.bin", "FileRequest__r": { "ExternalId__c": "r.1" } });
        let path = format!("sobjects/SecureFile__c/ExternalId__c/f.{number}");
        assert_eq!(caller.patch(&path, &body).await.status, 201);
    }
}

/// What parents call the rows of an object, as its describe tells.
async fn child_name(caller: &Caller, parent: &str, child: &str) -> String {
    let described = caller.get(&format!("sobjects/{parent}/describe")).await.body;
    let list = described["childRelationships"].as_array().unwrap();
    let found = list.iter().find(|known| known["childSObject"] == child && known["relationshipName"].is_string());
    found.unwrap()["relationshipName"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn children_come_under_their_parent() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    with_files(&caller, &case).await;
    let requests = child_name(&caller, "Case", "FileRequest__c").await;
    let soql = format!(
        "SELECT CaseNumber, (SELECT State__c, Case__r.CaseNumber FROM {requests} WHERE State__c = 'Sent' \
         ORDER BY ExternalId__c) FROM Case ORDER BY CaseNumber LIMIT 2"
    );
    let rows = caller.rows(&soql).await;
    let children = &rows[0][&requests];
    assert_eq!((&children["totalSize"], &children["done"]), (&json!(2), &json!(true)));
    assert_eq!(children["records"][0]["attributes"]["type"], "FileRequest__c");
    assert_eq!(children["records"][1]["Case__r"]["CaseNumber"], rows[0]["CaseNumber"]);
    assert_eq!(rows[1][&requests], Value::Null);
    for (soql, code) in [
        ("SELECT (SELECT Id FROM Nonsense__r) FROM Case".to_owned(), "INVALID_TYPE"),
        (format!("SELECT (SELECT COUNT() FROM {requests}) FROM Case"), "MALFORMED_QUERY"),
        (format!("SELECT (SELECT Id, (SELECT Id FROM SecureFiles__r) FROM {requests}) FROM Case"), "MALFORMED_QUERY"),
        (format!("SELECT (SELECT Nonsense FROM {requests}) FROM Case"), "INVALID_FIELD"),
    ] {
        assert_eq!(caller.query(&soql).await.code(), code, "{soql}");
    }
}

#[tokio::test]
async fn children_page_for_themselves() {
    let caller = Caller::start_with(Options { query_batch_limit: 2, ..options() }).await;
    let case = caller.case("gateway_reboots");
    with_files(&caller, &case).await;
    let requests = child_name(&caller, "Case", "FileRequest__c").await;
    let soql = format!(
        "SELECT Id, (SELECT ExternalId__c FROM {requests} ORDER BY ExternalId__c) FROM Case WHERE Id = '{case}'"
    );
    let rows = caller.rows(&soql).await;
    let children = &rows[0][&requests];
    assert_eq!((&children["totalSize"], &children["done"]), (&json!(3), &json!(false)));
    let next = children["nextRecordsUrl"].as_str().unwrap().strip_prefix("/services/data/v67.0/").unwrap();
    let rest = caller.get(next).await;
    assert_eq!(rest.body["records"].as_array().unwrap().len(), 1, "{rest:?}");
    assert_eq!((&rest.body["records"][0]["ExternalId__c"], &rest.body["done"]), (&json!("r.2"), &json!(true)));
}

#[tokio::test]
async fn ids_may_be_found_by_a_query_of_their_own() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    with_files(&caller, &case).await;
    for (soql, count) in [
        ("SELECT Id FROM Case WHERE Id IN (SELECT Case__c FROM FileRequest__c WHERE State__c = 'Sent')", 1),
        ("SELECT Id FROM Case WHERE Id NOT IN (SELECT Case__c FROM FileRequest__c WHERE State__c = 'Sent')", 11),
        ("SELECT Id FROM Case WHERE Id IN (SELECT Case__c FROM FileRequest__c WHERE State__c = 'Revoked')", 0),
        ("SELECT Id FROM FileRequest__c WHERE Id IN (SELECT FileRequest__c FROM SecureFile__c)", 1),
        ("SELECT Id FROM SecureFile__c WHERE Case__c IN (SELECT Id FROM Case WHERE Priority = 'High')", 2),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT Case__c FROM FileRequest__c) \
             AND Id IN (SELECT Case__c FROM SecureFile__c) AND IsClosed = false",
            1,
        ),
    ] {
        assert_eq!(caller.rows(soql).await.len(), count, "{soql}");
    }
    for soql in [
        "SELECT Id FROM Case WHERE Subject IN (SELECT Name FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE Id IN (SELECT State__c FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE Id IN (SELECT OwnerId FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE Id IN (SELECT Case__c, Id FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE Id IN (SELECT ParentId FROM Case)",
        "SELECT Id FROM Case WHERE IsClosed = true OR Id IN (SELECT Case__c FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE NOT Id IN (SELECT Case__c FROM FileRequest__c)",
        "SELECT Id FROM Case WHERE Id IN (SELECT Case__c FROM FileRequest__c LIMIT 1)",
        "SELECT Id FROM SecureFile__c WHERE Case__c NOT IN (SELECT Id FROM Case)",
    ] {
        assert_eq!(caller.query(soql).await.code(), "MALFORMED_QUERY", "{soql}");
    }
}
