//! Files: made as JSON and as multipart, versioned, linked, read back byte for byte, and never half there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use simulated_org::{FileLimits, Options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::caller::{Caller, Reply, options, reply};

const BOUNDARY: &str = "----a9f3";

fn json_part(name: &str, record: &Value) -> Vec<u8> {
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n{record}\r\n"
    )
    .into_bytes()
}

fn binary_part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"dump.bin\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

fn body(parts: &[Vec<u8>]) -> Vec<u8> {
    [&parts.concat()[..], format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
}

async fn upload(caller: &Caller, object: &str, body: Vec<u8>) -> Reply {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = caller.request(Method::POST, &format!("sobjects/{object}"));
    reply(request.header("Content-Type", kind).body(body)).await
}

async fn bytes(caller: &Caller, path: &str) -> Vec<u8> {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/octetstream".parse().unwrap())
    );
    answer.bytes().await.unwrap().to_vec()
}

fn version(case: Option<&str>) -> Value {
    let mut record = json!({ "Title": "Core dump", "PathOnClient": "/var/crash/core.dump.zip" });
    if let Some(case) = case {
        record["FirstPublishLocationId"] = json!(case);
    }
    record
}

/// The same with five bytes in it.
fn small(record: &Value) -> Value {
    let mut record = record.clone();
    record["VersionData"] = json!(STANDARD.encode("bytes"));
    record
}

/// More than stays in memory, and no two pieces alike.
fn big() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn id(reply: &Reply) -> &str {
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_in_whichever_part_was_first() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let (record, data) = (json_part("entity_content", &version(Some(&case))), binary_part("VersionData", &big()));
    for parts in [[record.clone(), data.clone()], [data, record]] {
        let made = upload(&caller, "ContentVersion", body(&parts)).await;
        let made = id(&made);
        assert!(bytes(&caller, &format!("sobjects/ContentVersion/{made}/VersionData")).await == big());
        let soql = format!(
            "SELECT ContentDocumentId, Checksum, ContentSize, FileExtension, FileType, IsLatest, VersionNumber, \
             ContentLocation, VersionData FROM ContentVersion WHERE Id = '{made}'"
        );
        let row = &caller.rows(&soql).await[0];
        assert_eq!(row["ContentSize"], 1_200_000);
        assert_eq!(row["Checksum"], "560445fdab026382512bc935c856d447");
        assert_eq!((&row["FileExtension"], &row["FileType"]), (&json!("zip"), &json!("ZIP")));
        assert_eq!(
            (&row["IsLatest"], &row["VersionNumber"], &row["ContentLocation"]),
            (&json!(true), &json!("1"), &json!("S"))
        );
        assert!(row["VersionData"].as_str().unwrap().ends_with(&format!("/ContentVersion/{made}/VersionData")));
        let document = row["ContentDocumentId"].as_str().unwrap();
        let links = format!(
            "SELECT LinkedEntityId, ShareType FROM ContentDocumentLink WHERE ContentDocumentId = '{document}' ORDER BY ShareType"
        );
        let links = caller.rows(&links).await;
        let told: Vec<_> =
            links.iter().map(|link| (link["ShareType"].as_str().unwrap(), link["LinkedEntityId"].clone())).collect();
        assert_eq!(told, [("I", json!(caller.user("integration"))), ("V", json!(case))]);
    }
}

#[tokio::test]
async fn base64_is_a_file_too_and_a_second_version_replaces_the_first() {
    let caller = Caller::start().await;
    let mut record = version(None);
    record["VersionData"] = json!(STANDARD.encode("one"));
    let first = caller.post("sobjects/ContentVersion", &record).await;
    let first = id(&first).to_owned();
    let row =
        &caller.rows(&format!("SELECT ContentDocumentId, Checksum FROM ContentVersion WHERE Id = '{first}'")).await[0];
    assert_eq!(row["Checksum"], "f97c5d29941bfb1b2fdab0874906ab82");
    let document = row["ContentDocumentId"].clone();
    let next = json!({ "ContentDocumentId": document, "Title": "Second", "PathOnClient": "b.txt", "VersionData": STANDARD.encode("two!") });
    let second = caller.post("sobjects/ContentVersion", &next).await;
    let second = id(&second);
    let soql = format!(
        "SELECT Id, VersionNumber, IsLatest FROM ContentVersion WHERE ContentDocumentId = '{}' ORDER BY VersionNumber",
        document.as_str().unwrap()
    );
    let versions = caller.rows(&soql).await;
    let told: Vec<_> = versions.iter().map(|row| (row["VersionNumber"].as_str().unwrap(), &row["IsLatest"])).collect();
    assert_eq!(told, [("1", &json!(false)), ("2", &json!(true))]);
    let path = format!("sobjects/ContentDocument/{}", document.as_str().unwrap());
    let shown = caller.get(&path).await.body;
    assert_eq!(
        (&shown["LatestPublishedVersionId"], &shown["Title"], &shown["ContentSize"]),
        (&json!(second), &json!("Second"), &json!(4))
    );
    assert_eq!(bytes(&caller, &format!("sobjects/ContentVersion/{first}/VersionData")).await, b"one");
    let mut published = next.clone();
    published["FirstPublishLocationId"] = json!(caller.case("gateway_reboots"));
    let refused = caller.post("sobjects/ContentVersion", &published).await;
    assert_eq!(
        (refused.code(), refused.message()),
        (
            "FIELD_INTEGRITY_EXCEPTION",
            "A further version is published where its document is: leave FirstPublishLocationId out"
        )
    );

    // A document's title is its latest version's, and the other way round.
    assert_eq!(caller.patch(&path, &json!({ "Title": "Third" })).await.status, 204);
    assert_eq!(caller.get(&format!("sobjects/ContentVersion/{second}")).await.body["Title"], "Third");
    // Versions go with their document, all at once.
    let alone = caller.delete(&format!("sobjects/ContentVersion/{first}")).await;
    assert_eq!(
        (alone.status, alone.message()),
        (405, "The simulated org deletes no single version: delete its ContentDocument")
    );
    assert_eq!(caller.delete(&path).await.status, 204);
    assert_eq!(caller.get(&format!("sobjects/ContentVersion/{second}/VersionData")).await.code(), "ENTITY_IS_DELETED");
    assert!(caller.rows(&soql).await.is_empty());
}

#[tokio::test]
async fn what_makes_no_file_is_refused() {
    let caller = Caller::start().await;
    let data = json!(STANDARD.encode("x"));
    for (record, code, told) in [
        (
            json!({ "Title": "t", "PathOnClient": "a.txt" }),
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [VersionData]",
        ),
        (
            json!({ "Title": "t", "VersionData": data }),
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [PathOnClient]",
        ),
        (
            json!({ "ContentUrl": "https://a.example" }),
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [Title]",
        ),
        (
            json!({ "Title": "t", "ContentUrl": "https://a.example", "VersionData": data, "PathOnClient": "a" }),
            "FIELD_INTEGRITY_EXCEPTION",
            "A version is either a file or a link: VersionData and ContentUrl exclude each other",
        ),
        (
            json!({ "Title": "t", "ContentUrl": "https://a.example", "PathOnClient": "a.txt" }),
            "FIELD_INTEGRITY_EXCEPTION",
            "The file type follows from ContentUrl or from PathOnClient, never from both",
        ),
        (json!({ "Title": "t", "PathOnClient": "a.txt", "VersionData": "not base64!" }), "JSON_PARSER_ERROR", ""),
        (
            json!({ "Title": "t", "PathOnClient": "a.txt", "VersionData": data, "Checksum": "0" }),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: Checksum.",
        ),
    ] {
        let refused = caller.post("sobjects/ContentVersion", &record).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{record}");
        assert!(refused.message().starts_with(told), "{record}: {refused:?}");
    }
    assert_eq!(
        caller.post("sobjects/ContentDocument", &json!({ "Title": "t" })).await.code(),
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    );
    let unnamed = json!({ "PathOnClient": "/var/log/gateway.4.log", "VersionData": data });
    let made = caller.post("sobjects/ContentVersion", &unnamed).await;
    assert_eq!(caller.get(&format!("sobjects/ContentVersion/{}", id(&made))).await.body["Title"], "gateway.4");
    let link = json!({ "Title": "Ticket", "ContentUrl": "https://files.example/x", "FirstPublishLocationId": caller.case("gateway_reboots") });
    let made = caller.post("sobjects/ContentVersion", &link).await;
    assert_eq!(caller.get(&format!("sobjects/ContentVersion/{}", id(&made))).await.body["FileType"], "LINK");
    assert_eq!(caller.org.records("ContentVersion").len(), 2);
}

#[tokio::test]
async fn a_link_says_who_sees_the_file_and_exists_once() {
    let caller = Caller::start().await;
    let mut record = version(None);
    record["VersionData"] = json!(STANDARD.encode("x"));
    let made = caller.post("sobjects/ContentVersion", &record).await;
    let made = id(&made).to_owned();
    let row = &caller.rows(&format!("SELECT ContentDocumentId FROM ContentVersion WHERE Id = '{made}'")).await[0];
    let document = row["ContentDocumentId"].as_str().unwrap();
    let anna =
        Caller { token: caller.log_in("agent.anna@example.test").await, http: caller.http.clone(), org: caller.org };
    // Nobody shared it yet.
    let path = format!("sobjects/ContentVersion/{made}/VersionData");
    assert_eq!(anna.get(&path).await.status, 404);
    let case = anna.case("gateway_reboots");
    let owner = Caller { token: anna.client_credentials().await, http: anna.http.clone(), org: anna.org };
    let link = json!({ "ContentDocumentId": document, "LinkedEntityId": case, "ShareType": "V" });
    let linked = owner.post("sobjects/ContentDocumentLink", &link).await;
    let linked = id(&linked).to_owned();
    let again = owner.post("sobjects/ContentDocumentLink", &link).await;
    assert_eq!((again.status, again.code()), (400, "DUPLICATE_VALUE"));
    assert!(again.message().contains("is already linked with the entity with ID"), "{again:?}");
    let odd =
        json!({ "ContentDocumentId": document, "LinkedEntityId": owner.case("gateway_reboots"), "ShareType": "X" });
    assert_eq!(
        owner.post("sobjects/ContentDocumentLink", &odd).await.code(),
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    );

    let anna =
        Caller { token: owner.log_in("agent.anna@example.test").await, http: owner.http.clone(), org: owner.org };
    assert_eq!(bytes(&anna, &path).await, b"x");
    // A viewer reads, and changes nothing.
    let refused = anna.patch(&format!("sobjects/ContentVersion/{made}"), &json!({ "Title": "mine" })).await;
    assert_eq!(refused.status, 403);
    let next = json!({ "ContentDocumentId": document, "Title": "t", "PathOnClient": "a", "VersionData": "eA==" });
    let refused = anna.post("sobjects/ContentVersion", &next).await;
    assert_eq!(refused.code(), "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY");
    let owner = Caller { token: anna.client_credentials().await, http: anna.http.clone(), org: anna.org };
    assert_eq!(
        owner.patch(&format!("sobjects/ContentDocumentLink/{linked}"), &json!({ "ShareType": "C" })).await.status,
        204
    );
    let owners =
        format!("SELECT Id FROM ContentDocumentLink WHERE ContentDocumentId = '{document}' AND ShareType = 'I'");
    let own = owner.rows(&owners).await[0]["Id"].as_str().unwrap().to_owned();
    let kept = owner.delete(&format!("sobjects/ContentDocumentLink/{own}")).await;
    assert_eq!((kept.code(), kept.message()), ("FIELD_INTEGRITY_EXCEPTION", "field integrity exception"));
    assert_eq!(owner.delete(&format!("sobjects/ContentDocumentLink/{linked}")).await.status, 204);
}

#[tokio::test]
async fn links_are_found_only_by_document_or_record() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    for allowed in [format!("LinkedEntityId = '{case}'"), format!("ShareType = 'V' AND LinkedEntityId IN ('{case}')")] {
        assert!(caller.rows(&format!("SELECT Id FROM ContentDocumentLink WHERE {allowed}")).await.is_empty());
    }
    for refused in [
        String::new(),
        "WHERE ShareType = 'V'".to_owned(),
        format!("WHERE LinkedEntityId = '{case}' OR ShareType = 'V'"),
        format!("WHERE LinkedEntityId != '{case}'"),
        format!("WHERE NOT LinkedEntityId = '{case}'"),
    ] {
        let answer = caller.query(&format!("SELECT Id FROM ContentDocumentLink {refused}")).await;
        assert_eq!((answer.status, answer.code()), (400, "MALFORMED_QUERY"), "{refused}");
        assert_eq!(
            answer.message(),
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or \
             LinkedEntityId using the equals operator or multiple Id's using the IN operator."
        );
    }
}

#[tokio::test]
async fn links_may_be_found_by_a_query_for_their_documents_or_records() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let made = caller.post("sobjects/ContentVersion", &small(&version(Some(&case)))).await;
    caller.post("sobjects/ContentVersion", &small(&version(None))).await;
    let soql = format!("SELECT ContentDocumentId FROM ContentVersion WHERE Id = '{}'", id(&made));
    let document = caller.rows(&soql).await[0]["ContentDocumentId"].as_str().unwrap().to_owned();
    let links =
        |filter: &str| format!("SELECT ContentDocumentId, LinkedEntityId FROM ContentDocumentLink WHERE {filter}");
    for (filter, count) in [
        // The owner's link and the one to the Case.
        (format!("ContentDocumentId IN ({soql})"), 2),
        (format!("ContentDocumentId IN (SELECT Id FROM ContentDocument WHERE Id = '{document}')"), 2),
        ("LinkedEntityId IN (SELECT Id FROM Case WHERE IsClosed = false)".to_owned(), 1),
        (format!("ShareType = 'V' AND ContentDocumentId IN ({soql})"), 1),
        ("LinkedEntityId IN (SELECT Id FROM Case WHERE Subject = 'nothing of the kind')".to_owned(), 0),
    ] {
        let found = caller.rows(&links(&filter)).await;
        assert_eq!(found.len(), count, "{filter}");
        assert!(found.iter().all(|link| link["ContentDocumentId"] == json!(document)), "{filter}");
    }
    for refused in [
        format!("ContentDocumentId NOT IN ({soql})"),
        format!("NOT ContentDocumentId IN ({soql})"),
        format!("ShareType = 'V' OR ContentDocumentId IN ({soql})"),
    ] {
        let answer = caller.query(&links(&refused)).await;
        assert_eq!((answer.status, answer.code()), (400, "MALFORMED_QUERY"), "{refused}");
        assert!(answer.message().starts_with("Implementation restriction"), "{refused}: {answer:?}");
    }
    let inner = "SELECT Id FROM ContentDocument WHERE Id IN (SELECT ContentDocumentId FROM ContentDocumentLink)";
    let refused = caller.query(inner).await;
    assert!(
        refused.message().ends_with("Entity 'ContentDocumentLink' is not supported for semi join inner selects"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn attachments_and_documents_hold_bytes_of_their_own() {
    let caller = Caller::start().await;
    let anna =
        Caller { token: caller.log_in("agent.anna@example.test").await, http: caller.http.clone(), org: caller.org };
    let record = json!({ "ParentId": anna.case("gateway_reboots"), "Name": "old.txt" });
    let parts = [binary_part("Body", &big()), json_part("entity_attachment", &record)];
    let made = upload(&anna, "Attachment", body(&parts)).await;
    assert!(bytes(&anna, &format!("sobjects/Attachment/{}/Body", id(&made))).await == big());
    assert_eq!(anna.get(&format!("sobjects/Attachment/{}", id(&made))).await.body["BodyLength"], 1_200_000);
    let document =
        json!({ "FolderId": anna.user("anna"), "Name": "logo", "Type": "png", "Body": STANDARD.encode("png") });
    let made = anna.post("sobjects/Document", &document).await;
    assert_eq!(bytes(&anna, &format!("sobjects/Document/{}/Body", id(&made))).await, b"png");
    let missing = anna.post("sobjects/Attachment", &record).await;
    assert_eq!(missing.code(), "REQUIRED_FIELD_MISSING");
}

#[tokio::test]
async fn the_limits_can_be_lowered_and_hold() {
    let file_limits = FileLimits { version_bytes: 1_000, other_bytes: 500, base64_bytes: 400 };
    let caller = Caller::start_with(Options { file_limits, ..options() }).await;
    let record = json_part("entity_content", &version(None));
    for (size, status) in [(1_000, 201), (1_001, 413)] {
        let parts = [record.clone(), binary_part("VersionData", &vec![b'a'; size])];
        assert_eq!(upload(&caller, "ContentVersion", body(&parts)).await.status, status, "{size}");
    }
    for (size, status) in [(300, 201), (301, 413)] {
        let mut record = version(None);
        record["VersionData"] = json!(STANDARD.encode(vec![b'a'; size]));
        assert_eq!(caller.post("sobjects/ContentVersion", &record).await.status, status, "{size}");
    }
    assert_eq!(caller.org.records("ContentVersion").len(), 2);
}

#[tokio::test]
async fn a_multipart_message_that_is_none_is_refused() {
    let caller = Caller::start().await;
    let (record, data) = (json_part("entity_content", &version(None)), binary_part("VersionData", b"x"));
    let mut doubled = version(None);
    doubled["VersionData"] = json!("eA==");
    let plain = String::from_utf8(record.clone()).unwrap().replace("application/json", "text/plain").into_bytes();
    let nameless = String::from_utf8(record.clone()).unwrap().replace("; name=\"entity_content\"", "").into_bytes();
    for (body, told) in [
        (body(std::slice::from_ref(&data)), "Multipart message must include a non-binary part"),
        (body(std::slice::from_ref(&record)), "Multipart message must include a binary part"),
        (body(&[data.clone(), data.clone(), record.clone()]), "Cannot include more than one binary part"),
        (body(&[record.clone(), record.clone(), data.clone()]), "Cannot include more than one non-binary part"),
        (body(&[plain, data.clone()]), "The non-binary part must have Content-Type application/json"),
        (body(&[nameless, data.clone()]), "A part of the message has no name"),
        ([record.clone(), data.clone()].concat(), "The multipart message is malformed: "),
        (body(&[record.clone(), binary_part("Nonsense", b"x")]), "No such column"),
        (
            body(&[json_part("entity_content", &doubled), data.clone()]),
            "VersionData comes as a part of its own, so the record may not hold it too",
        ),
    ] {
        let refused = upload(&caller, "ContentVersion", body).await;
        assert_eq!(refused.status, 400);
        assert!(refused.message().starts_with(told), "{refused:?}");
    }
    let whole = body(&[record, data]);
    let path = format!("sobjects/ContentVersion/{}", caller.case("gateway_reboots"));
    for (method, path, kind, status, told) in [
        (
            Method::POST,
            "sobjects/ContentVersion",
            "multipart/form-data",
            400,
            "The multipart message names no boundary",
        ),
        (
            Method::PATCH,
            path.as_str(),
            "multipart/form-data; boundary=----a9f3",
            415,
            "The simulated org takes multipart/form-data for POST sobjects/T only",
        ),
    ] {
        let request = caller.request(method, path).header("Content-Type", kind).body(whole.clone());
        let refused = reply(request).await;
        assert_eq!((refused.status, refused.message()), (status, told));
    }
    assert!(caller.org.records("ContentVersion").is_empty());
}

#[tokio::test]
async fn an_upload_cut_off_half_way_leaves_nothing() {
    let caller = Caller::start().await;
    let whole = body(&[json_part("entity_content", &version(None)), binary_part("VersionData", &big())]);
    let mut stream = TcpStream::connect(caller.org.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /services/data/v67.0/sobjects/ContentVersion HTTP/1.1\r\nHost: org\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        caller.token,
        whole.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&whole[..whole.len() / 2]).await.unwrap();
    // Our half of the connection ends; the Org must notice, answer or hang up, and keep nothing.
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 201"), "{}", String::from_utf8_lossy(&answer));
    for object in ["ContentVersion", "ContentDocument", "ContentDocumentLink"] {
        assert!(caller.org.records(object).is_empty(), "{object}");
    }
}
