//! Refusals word for word, as the ledger holds them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::caller::{Caller, Reply, file_request, reply};

#[track_caller]
fn says(reply: &Reply, status: u16, code: &str, message: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
    assert!(reply.message().contains(message), "{:?} does not say {message:?}", reply.message());
}

#[tokio::test]
async fn fields_are_refused_by_name() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let long = "x".repeat(256);
    let no_case = "500Hs0000zzzzzz";
    for (field, value, code, message) in [
        ("Nonsense__c", json!(1), "INVALID_FIELD", "No such column 'Nonsense__c' on sobject of type FileRequest__c"),
        (
            "State__c",
            json!("Delivered"),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "State: bad value for restricted picklist field: Delivered",
        ),
        (
            "RecipientEmail__c",
            json!("nobody"),
            "INVALID_EMAIL_ADDRESS",
            "Recipient Email: invalid email address: nobody",
        ),
        ("RecipientName__c", json!(long), "STRING_TOO_LONG", "(max length="),
        ("Case__c", json!("500"), "MALFORMED_ID", "Case: id value of incorrect type: 500"),
        ("Case__c", json!(caller.user("anna")), "MALFORMED_ID", "Case: id value of incorrect type: 005"),
        ("Case__c", json!(no_case), "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        (
            "ExpiresAt__c",
            json!("tomorrow"),
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of datetime from VALUE_STRING value \"tomorrow\" for ExpiresAt__c",
        ),
        (
            "FilesReceived__c",
            json!(1.5),
            "NUMBER_OUTSIDE_VALID_RANGE",
            "value outside of valid range on numeric field: 1.5",
        ),
        (
            "Name",
            json!("FR-9"),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: Name. Please check the security settings of this field and verify that \
             it is read/write for your profile or permission set.",
        ),
        ("State__c", Value::Null, "REQUIRED_FIELD_MISSING", "Required fields are missing: [State__c]"),
        ("attributes", json!({ "type": "Case" }), "INVALID_TYPE", "attributes name Case, not FileRequest__c"),
    ] {
        let mut body = file_request(&case);
        body[field] = value;
        says(&caller.post("sobjects/FileRequest__c", &body).await, 400, code, message);
    }
}

#[tokio::test]
async fn records_are_refused_by_what_is_wrong_with_them() {
    let caller = Caller::start().await;
    let body = json!({ "ExternalId__c": "same", "State__c": "Requested" });
    let made = caller.post("sobjects/FileRequest__c", &body).await;
    let id = made.body["id"].as_str().unwrap();
    let duplicate = caller.post("sobjects/FileRequest__c", &body).await;
    let sentence = format!("duplicate value found: ExternalId__c duplicates value on record with id: {}", &id[..15]);
    says(&duplicate, 400, "DUPLICATE_VALUE", &sentence);
    let repeated = caller.patch("sobjects/FileRequest__c/ExternalId__c/same", &body).await;
    says(&repeated, 400, "INVALID_FIELD", "The ExternalId__c field should not be specified in the sobject data.");
    for (parent, message) in [
        (
            json!({ "ExternalId__c": "none" }),
            "Foreign key external ID: none not found for field ExternalId__c in entity",
        ),
        (json!({}), "FileRequest__c needs exactly one external id"),
    ] {
        let refused = caller.post("sobjects/SecureFile__c", &json!({ "FileRequest__r": parent })).await;
        says(&refused, 400, "INVALID_FIELD", message);
    }
    let absent = caller.get("sobjects/FileRequest__c/a00000000000000").await;
    says(&absent, 404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: a00000000000000");
    caller.delete(&format!("sobjects/FileRequest__c/{id}")).await;
    says(&caller.get(&format!("sobjects/FileRequest__c/{id}")).await, 404, "ENTITY_IS_DELETED", "entity is deleted");

    let case = caller.case("gateway_reboots");
    let path = format!("sobjects/Case/{case}");
    let refused = caller.delete(&path).await;
    says(&refused, 403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
    let refused = caller.post("sobjects/Case", &json!({ "Subject": "x" })).await;
    says(&refused, 403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights to create Case");
    let refused = caller.post("sobjects/UserRecordAccess", &json!({})).await;
    says(&refused, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: ");
    caller.admin("locks", &json!({ "record": case, "attempts": 1 })).await;
    let refused = caller.post("sobjects/FileRequest__c", &file_request(&case)).await;
    let sentence = format!("unable to obtain exclusive access to this record or 1 records: {case}");
    says(&refused, 400, "UNABLE_TO_LOCK_ROW", &sentence);
}

#[tokio::test]
async fn requests_are_refused_at_the_door() {
    let caller = Caller::start().await;
    says(&caller.get("nonsense").await, 404, "NOT_FOUND", "The requested resource does not exist");
    let put = reply(caller.request(Method::PUT, "limits")).await;
    says(&put, 405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed");
    let wrong = caller.delete("sobjects/Case").await;
    says(&wrong, 405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed on this resource");
    let option = caller.get("query?q=x&nonsense=1").await;
    says(&option, 400, "INVALID_QUERY_PARAMETER", "unknown query option nonsense");
    let empty = reply(caller.request(Method::POST, "sobjects/FileRequest__c")).await;
    let sentence = "The HTTP entity body is required, but this request has no entity body.";
    says(&empty, 400, "JSON_PARSER_ERROR", sentence);
    let plain = caller.request(Method::POST, "sobjects/FileRequest__c").header("content-type", "text/plain").body("x");
    let sentence = "The simulated org takes plain application/json only, not text/plain";
    says(&reply(plain).await, 415, "UNSUPPORTED_MEDIA_TYPE", sentence);
    let long = caller.get(&format!("query?q={}", "x".repeat(17_000))).await;
    says(&long, 414, "URI_TOO_LONG", "URI Too Long");
    let large = caller.request(Method::POST, "sobjects/FileRequest__c").body(vec![b' '; 50 * 1024 * 1024 + 1]);
    let large = reply(large.header("content-type", "application/json")).await;
    says(&large, 413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large");
    caller.admin("allowance", &json!({ "used": 15_000 })).await;
    says(&caller.get("limits").await, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    caller.org.expire_sessions();
    says(&caller.get("limits").await, 401, "INVALID_SESSION_ID", "Session expired or invalid");
}

#[tokio::test]
async fn queries_are_refused_with_their_reason() {
    let caller = Caller::start().await;
    let user = caller.user("anna");
    let case = caller.case("gateway_reboots");
    let too_many = vec![format!("'{case}'"); 201].join(",");
    let too_many =
        format!("SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId IN ({too_many})");
    let access = |select: &str, rest: &str| {
        format!("SELECT {select} FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{case}'{rest}")
    };
    for (soql, code, message) in [
        ("SELECT Id, Id FROM Case".into(), "MALFORMED_QUERY", "duplicate field selected: Id"),
        (
            "SELECT Id FROM Case ORDER BY Description".into(),
            "INVALID_FIELD",
            "field 'Description' can not be sorted in a query call",
        ),
        (
            "SELECT Id FROM Case WHERE Description = 'x'".into(),
            "INVALID_FIELD",
            "field 'Description' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Kase".into(),
            "INVALID_TYPE",
            "sObject type 'Kase' is not supported. If you are attempting to use a custom object",
        ),
        (
            "SELECT Kontakt.Name FROM Case".into(),
            "INVALID_FIELD",
            "Didn't understand relationship 'Kontakt' in field path.",
        ),
        ("SELECT Nonsense FROM Case".into(), "INVALID_FIELD", "No such column 'Nonsense' on entity 'Case'."),
        (
            "SELECT Id FROM Case WHERE ContactId LIKE '003%'".into(),
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on ",
        ),
        (
            "SELECT Id FROM Case WHERE Subject = 1".into(),
            "INVALID_FIELD",
            "value of filter criterion for field 'Subject' must be of type string and should be enclosed in quotes",
        ),
        ("SELECT Id FROM Case WHERE IsClosed = 'x'".into(), "INVALID_FIELD", "should not be enclosed in quotes"),
        (
            "SELECT Id FROM Case WHERE Status != 'New'".into(),
            "MALFORMED_QUERY",
            "the simulated org refuses !=, NOT, NOT IN and EXCLUDES on a field that may be empty",
        ),
        (
            "SELECT Id FROM Case WHERE Subject = 'a\\x'".into(),
            "MALFORMED_QUERY",
            "Invalid string literal: illegal character sequence in string literal",
        ),
        ("SELECT Id FROM Case WHERE Subject = 'open".into(), "MALFORMED_QUERY", "unterminated string literal"),
        ("SELECT Id FROM Case ?".into(), "MALFORMED_QUERY", "unexpected token: '?'"),
        ("SELECT Id, FROM Case".into(), "MALFORMED_QUERY", "unexpected token: '"),
        ("SELECT A.B.C.D.E.F.G FROM Case".into(), "INVALID_FIELD", "Only five levels of parents may be walked"),
        ("SELECT Id FROM Case OFFSET 2001".into(), "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT Id FROM Case WHERE Id = '500'".into(), "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: 500"),
        (too_many, "MALFORMED_QUERY", "Number of records exceeds limit:200"),
        (access("COUNT()", ""), "MALFORMED_QUERY", "COUNT is not supported on UserRecordAccess"),
        (access("Id", ""), "MALFORMED_QUERY", "only RecordId and access fields may be selected from UserRecordAccess"),
        (access("HasReadAccess", ""), "MALFORMED_QUERY", "RecordId must be selected together with access fields"),
        (
            access("RecordId", " ORDER BY RecordId"),
            "MALFORMED_QUERY",
            "UserRecordAccess cannot be ordered or offset by other fields",
        ),
        (
            "SELECT RecordId FROM UserRecordAccess".into(),
            "MALFORMED_QUERY",
            "UserRecordAccess needs exactly one UserId and RecordId filters, joined by AND",
        ),
    ] {
        says(&caller.query(&soql).await, 400, code, message);
    }
    says(&caller.get("query").await, 400, "MALFORMED_QUERY", "SOQL statements cannot be empty or null");
    says(&caller.get("query/01gnonsense-2000").await, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
}

#[tokio::test]
async fn collections_are_refused_whole_or_row_by_row() {
    let caller = Caller::start().await;
    let rows = |count: usize| vec![json!({ "attributes": { "type": "FileRequest__c" }, "State__c": "Sent" }); count];
    for (body, code, message) in [
        (json!({ "records": [], "nonsense": 1 }), "JSON_PARSER_ERROR", "Unrecognized field \"nonsense\""),
        (json!({ "records": 1 }), "JSON_PARSER_ERROR", "records must be a list of objects"),
        (json!({ "records": [] }), "INVALID_INPUT", "at least one row is needed"),
        (
            json!({ "records": rows(201) }),
            "EXCEEDED_ID_LIMIT",
            "record limit reached. cannot submit more than 200 records into this call",
        ),
    ] {
        says(&caller.post("composite/sobjects", &body).await, 400, code, message);
    }
    let retrieve = json!({ "ids": 1, "fields": ["Id"] });
    let refused = caller.post("composite/sobjects/Case", &retrieve).await;
    says(&refused, 400, "JSON_PARSER_ERROR", "ids must be a list of strings");

    let row = |reply: &Reply, code: &str, message: &str| {
        let error = &reply.body[0]["errors"][0];
        assert_eq!(error["statusCode"], code, "{reply:?}");
        assert!(error["message"].as_str().unwrap().contains(message), "{reply:?}");
    };
    let untyped = caller.post("composite/sobjects", &json!({ "records": [{ "State__c": "Sent" }] })).await;
    row(&untyped, "INVALID_TYPE", "attributes.type is missing");
    let nameless = json!({ "records": [{ "attributes": { "type": "FileRequest__c" }, "State__c": "Sent" }] });
    row(&caller.patch("composite/sobjects", &nameless).await, "MISSING_ARGUMENT", "Id not specified in an update call");
    let keyless = caller.patch("composite/sobjects/FileRequest__c/ExternalId__c", &nameless).await;
    row(&keyless, "MISSING_ARGUMENT", "ExternalId__c not specified");
    row(&caller.delete("composite/sobjects?ids=x").await, "MALFORMED_ID", "malformed id x");
    let mut mixed = rows(2);
    mixed[1]["State__c"] = json!("Nonsense");
    let undone = caller.post("composite/sobjects", &json!({ "allOrNone": true, "records": mixed })).await;
    let sentence = "Record rolled back because not all records were valid and the request was using AllOrNone header";
    row(&undone, "ALL_OR_NONE_OPERATION_ROLLED_BACK", sentence);
}

#[tokio::test]
async fn composites_are_refused_whole_or_call_by_call() {
    let caller = Caller::start().await;
    let call = |url: &str, reference: &str| json!({ "method": "GET", "url": url, "referenceId": reference });
    let limits = "/services/data/v67.0/limits";
    let query = "/services/data/v67.0/query?q=SELECT+Id+FROM+Case+LIMIT+1";
    let many = |url: &str, count: usize| (0..count).map(|n| call(url, &format!("r{n}"))).collect::<Vec<_>>();
    for (list, code, message) in [
        (json!(1), "JSON_PARSER_ERROR", "compositeRequest must be a list"),
        (json!([1]), "JSON_PARSER_ERROR", "a subrequest is an object"),
        (json!([{ "nonsense": 1 }]), "JSON_PARSER_ERROR", "Unrecognized field \"nonsense\""),
        (json!([{ "url": limits, "referenceId": "a" }]), "JSON_PARSER_ERROR", "a subrequest needs a method"),
        (json!([{ "method": "GET", "referenceId": "a" }]), "JSON_PARSER_ERROR", "a subrequest needs a url"),
        (json!([{ "method": "GET", "url": limits }]), "JSON_PARSER_ERROR", "a subrequest needs a referenceId"),
        (json!([call(limits, "a"), call(limits, "a")]), "INVALID_INPUT", "invalid or repeated referenceId a"),
        (json!(many(limits, 26)), "INVALID_INPUT", "at most 25 subrequests"),
        (json!(many(query, 6)), "INVALID_INPUT", "at most 5 queries and collections"),
    ] {
        let refused = caller.post("composite", &json!({ "compositeRequest": list })).await;
        says(&refused, 400, code, message);
    }
    let inner = caller
        .post(
            "composite",
            &json!({ "compositeRequest": [
            { "method": "POST", "url": "/services/data/v67.0/composite", "referenceId": "a", "body": {} },
            call("/services/data/v67.0/sobjects/Case/@{b.id}", "c"),
        ] }),
        )
        .await;
    let message = |at: usize| inner.body["compositeResponse"][at]["body"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message(0), "a composite request holds no composite or batch request");
    assert!(message(1).starts_with("Invalid reference specified. No value for "), "{}", message(1));
    let undone =
        json!({ "allOrNone": true, "compositeRequest": [call(limits, "a"), call("/services/data/v67.0/x", "b")] });
    let undone = caller.post("composite", &undone).await;
    assert_eq!(
        undone.body["compositeResponse"][0]["body"][0]["message"],
        "The transaction was rolled back since another operation in the same transaction failed."
    );
}
