//! What a refused query, batch or tree is told.

use serde_json::{Value, json};

use crate::caller::Caller;

#[tokio::test]
async fn every_refused_query_is_told_why() {
    let caller = Caller::start().await;
    let (user, case) = (caller.user("anna"), caller.case("gateway_reboots"));
    let of_access = format!(
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{case}' GROUP BY RecordId"
    );
    let join = "Id IN (SELECT Case__c FROM FileRequest__c)";
    let three = format!("SELECT Id FROM Case WHERE {join} AND {join} AND {join}");
    for (soql, told) in [
        ("SELECT Id FROM Case WHERE Subject = 'a\nb'", "Invalid string literal: line break in string literal"),
        (&of_access, "UserRecordAccess is neither grouped nor scoped nor joined"),
        (&three, "maximum 2 semi join sub-selects are allowed"),
        ("SELECT Id FROM Case WHERE COUNT(Id) = 1", "aggregates are compared in HAVING only"),
        ("SELECT Id FROM Case WHERE Status != 'New'", "the simulated org refuses !=, NOT, NOT IN and EXCLUDES"),
        (
            "SELECT Id FROM Case WHERE IsClosed = true OR Id IN (SELECT Case__c FROM FileRequest__c)",
            "Semi join sub-selects are not allowed with the 'OR' operator",
        ),
        (
            "SELECT Id FROM Case WHERE NOT Id IN (SELECT Case__c FROM FileRequest__c)",
            "Semi join sub-selects stand in the outermost WHERE only, without NOT before them",
        ),
        (
            "SELECT Id FROM Case WHERE Subject IN (SELECT Name FROM FileRequest__c)",
            "The left operand of a semi join must be an id or reference field",
        ),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT ParentId FROM Case)",
            "The inner and outer selects should not be on the same object type",
        ),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT Case__c, Id FROM FileRequest__c)",
            "a semi join selects exactly one field",
        ),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT State__c FROM FileRequest__c)",
            "semi join sub selects can only query id fields, cannot use: 'State__c'",
        ),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT OwnerId FROM FileRequest__c)",
            "The selected field 'OwnerId' in the subquery and the left operand field in the where expression in the \
             outer query 'Id' should point to the same object type",
        ),
        ("SELECT FORMAT(CreatedDate) FROM Case", "the simulated org does not play FORMAT(…)"),
        (
            "SELECT Id FROM Case WHERE CALENDAR_YEAR(convertTimezone(CreatedDate)) = 2026",
            "the simulated org plays CALENDAR_YEAR of one field only",
        ),
        (
            "SELECT Id FROM Case WHERE CALENDAR_YEAR(Subject) = 2026",
            "field Subject does not support date function CALENDAR_YEAR",
        ),
        ("SELECT SUM(Subject) FROM Case", "field Subject does not support aggregate operator SUM"),
        ("SELECT Id FROM Case USING SCOPE everybody", "unknown scope: 'everybody'"),
        ("SELECT Id FROM Case USING SCOPE team", "the simulated org does not play scope team on Case"),
        ("SELECT Id FROM Case OFFSET 2001", "Maximum SOQL offset allowed is 2000"),
        ("SELECT FIELDS(SOME) FROM Case", "FIELDS takes ALL, CUSTOM or STANDARD"),
        ("SELECT FIELDS(ALL) FROM Case", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT Id FROM Case c, c.Owner o", "the simulated org does not play a second source in FROM"),
        ("SELECT COUNT(), Id FROM Case", "COUNT() stands alone"),
        ("SELECT COUNT() FROM Case ORDER BY Id", "COUNT() has no order"),
        (
            "SELECT Id FROM ContentDocument WHERE Id IN (SELECT ContentDocumentId FROM ContentDocumentLink)",
            "Entity 'ContentDocumentLink' is not supported for semi join inner selects",
        ),
        ("SELECT COUNT() FROM Case GROUP BY Status", "COUNT() is not grouped: name a field in COUNT"),
        ("SELECT (SELECT COUNT() FROM FileRequests__r) FROM Case", "a subquery selects fields, it counts nothing"),
        ("SELECT Id FROM Case ORDER BY CALENDAR_YEAR(CreatedDate)", "only grouped queries are ordered by a function"),
        ("SELECT Id Number FROM Case", "only aggregate expressions use field aliasing"),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Case", "CALENDAR_YEAR is selected in grouped queries only"),
        ("SELECT TYPEOF Owner WHEN User THEN Name END FROM Case", "the simulated org does not play TYPEOF"),
        (
            "SELECT (SELECT Id, (SELECT Id FROM SecureFiles__r) FROM FileRequests__r) FROM Case",
            "a subquery holds no subquery",
        ),
        ("SELECT (SELECT Id FROM Nonsense__r) FROM Case", "Didn't understand relationship 'Nonsense__r' in FROM part"),
        ("SELECT CreatedDate FROM Case GROUP BY CreatedDate", "field 'CreatedDate' can not be grouped in a query call"),
        (
            "SELECT COUNT(Id) FROM Case LIMIT 1",
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
        ),
        (
            "SELECT FIELDS(STANDARD) FROM Case GROUP BY Status",
            "a grouped query selects grouped fields and aggregates only",
        ),
        ("SELECT Status s, COUNT(Id) s FROM Case GROUP BY Status", "duplicate alias: s"),
        ("SELECT Status, Subject FROM Case GROUP BY Status", "Field must be grouped or aggregated: Subject"),
    ] {
        let refused = caller.query(soql).await;
        assert_eq!(refused.status, 400, "{soql}");
        assert!(refused.message().contains(told), "{soql}: {refused:?}");
    }
    let deep = format!("SELECT Id FROM Case WHERE {}IsClosed = true{}", "(".repeat(99), ")".repeat(99));
    assert!(caller.query(&deep).await.message().contains("the query is nested too deeply"));
}

#[test]
fn an_endless_query_is_not_even_read() {
    let endless = format!("SELECT Id FROM Case WHERE Subject = '{}'", "x".repeat(100_001));
    let refused = simulated_org::soql::parser::parse(&endless).unwrap_err();
    assert_eq!(refused.message, "SOQL statements cannot be longer than 100000 characters.");
}

#[tokio::test]
async fn too_many_groups_are_refused_for_want_of_a_second_page() {
    let caller = Caller::start().await;
    let fields = json!({ "ExternalId__c": "f.{n}" });
    caller.org.load("integration", "SecureFile__c", 2_001, fields.as_object().unwrap()).unwrap();
    let all = caller.query("SELECT ExternalId__c FROM SecureFile__c GROUP BY ExternalId__c").await;
    assert_eq!(all.code(), "EXCEEDED_ID_LIMIT");
    assert!(all.message().starts_with("Aggregate query does not support queryMore(), use LIMIT"), "{all:?}");
    let limited = caller.rows("SELECT ExternalId__c FROM SecureFile__c GROUP BY ExternalId__c LIMIT 2000").await;
    assert_eq!(limited.len(), 2_000);
}

#[tokio::test]
async fn every_refused_batch_or_tree_is_told_why() {
    let caller = Caller::start().await;
    let call = json!({ "method": "GET", "url": "v67.0/limits" });
    let record = |reference: &str, kind: &str| json!({ "attributes": { "type": kind, "referenceId": reference } });
    let file = record("a", "SecureFile__c");
    let many: Vec<Value> = (0..201).map(|number| record(&format!("f{number}"), "SecureFile__c")).collect();
    let mut deep = record("c0", "Case");
    for level in 1..6 {
        let mut above = record(&format!("c{level}"), "Case");
        above["Cases"] = json!({ "records": [deep] });
        deep = above;
    }
    for (path, body, told) in [
        ("composite/batch", json!({ "batchRequests": call }), "batchRequests must be a list"),
        ("composite/batch", json!({ "batchRequests": vec![call; 26] }), "a batch holds 1 to 25 subrequests"),
        ("composite/tree/SecureFile__c", json!([file]), "The HTTP entity body is required"),
        ("composite/tree/SecureFile__c", json!({ "rows": [file] }), "the body holds exactly one list: records"),
        ("composite/tree/SecureFile__c", json!({ "records": [5] }), "a record is an object"),
        ("composite/tree/SecureFile__c", json!({ "records": [{}] }), "a record needs attributes"),
        (
            "composite/tree/SecureFile__c",
            json!({ "records": [record("", "SecureFile__c")] }),
            "Include a reference ID for each record",
        ),
        (
            "composite/tree/FileRequest__c",
            json!({ "records": [file] }),
            "a is of type SecureFile__c, where FileRequest__c belongs",
        ),
        ("composite/tree/SecureFile__c", json!({ "records": many }), "a tree holds 1 to 200 records"),
        ("composite/tree/Case", json!({ "records": [deep] }), "a tree has at most 5 levels"),
        (
            "composite/tree/SecureFile__c",
            json!({ "records": [file, file] }),
            "Duplicate ReferenceId provided in the request.",
        ),
    ] {
        let refused = caller.post(path, &body).await;
        assert_eq!(refused.status, 400, "{path}: {refused:?}");
        assert!(refused.message().contains(told), "{path}: {refused:?}");
    }
    let mut request = record("request", "FileRequest__c");
    request["SecureFiles__r"] = json!({ "records": [file] });
    let mut case = record("case", "Case");
    case["FileRequests__r"] = json!({ "records": [request] });
    case["CaseComments"] = json!({ "records": [record("comment", "CaseComment")] });
    let mut contact = record("contact", "Contact");
    contact["Cases"] = json!({ "records": [case] });
    let mut account = record("account", "Account");
    account["Contacts"] = json!({ "records": [contact] });
    let body = json!({ "records": [account] });
    let (status, body) = caller.org.call("admin", "POST", "composite/tree/Account", Some(body)).unwrap();
    assert_eq!((status, &body[0]["message"]), (400, &json!("a tree holds at most 5 types of objects")));
    let nested = json!({ "method": "POST", "url": "v67.0/composite", "richInput": {} });
    let nested = caller.post("composite/batch", &json!({ "batchRequests": [nested] })).await;
    assert_eq!(nested.body["results"][0]["result"][0]["message"], "a batch holds no composite requests");
    let batch =
        json!({ "method": "POST", "url": "/services/data/v67.0/composite/batch", "referenceId": "b", "body": {} });
    let refused = caller.post("composite", &json!({ "compositeRequest": [batch] })).await;
    let told = &refused.body["compositeResponse"][0]["body"][0]["message"];
    assert_eq!(told, "a composite request holds no composite or batch request");
}
