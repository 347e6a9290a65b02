//! What a permission set leaves out is missing in the Org, for everybody who has nothing else.

use std::fs;
use std::path::Path;

use serde_json::json;
use simulated_org::Options;

use crate::caller::{Caller, options, repository};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The shipped metadata with one permission of the integration user's set rewritten.
async fn with_permission(kind: &str, name: &str, rewrite: impl Fn(&str) -> String) -> (Caller, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for part in ["objects", "permissionsets", "labels", "customMetadata"] {
        copy(&repository().join("salesforce").join(part), &folder.path().join("salesforce").join(part));
    }
    let path = folder.path().join("salesforce/permissionsets/Casegate_Integration.permissionset-meta.xml");
    let whole = fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<{kind}>"), format!("</{kind}>"));
    let mut rewritten = String::new();
    let mut found = false;
    for (place, piece) in whole.split(&open).enumerate() {
        let Some((inner, rest)) = piece.split_once(&close).filter(|_| place > 0) else {
            rewritten += piece;
            continue;
        };
        let hit = inner.contains(&format!(">{name}<"));
        found |= hit;
        let inner = if hit { rewrite(inner) } else { inner.to_owned() };
        if !inner.is_empty() {
            rewritten.extend([&open, &inner, &close].map(String::as_str));
        }
        rewritten += rest;
    }
    assert!(found, "the shipped permission set grants {name}");
    fs::write(&path, rewritten).unwrap();
    (Caller::start_with(Options { metadata: Some(folder.path().to_owned()), ..options() }).await, folder)
}

#[tokio::test]
async fn a_field_without_permission_does_not_exist() {
    let (caller, _folder) = with_permission("fieldPermissions", "SecureFile__c.FileName__c", |_| String::new()).await;
    let refused = caller.query("SELECT FileName__c FROM SecureFile__c").await;
    assert_eq!((refused.status, refused.code()), (400, "INVALID_FIELD"));
    assert!(refused.message().contains("No such column 'FileName__c' on entity 'SecureFile__c'"), "{refused:?}");
    assert_eq!(caller.query("SELECT Id FROM SecureFile__c WHERE FileName__c = 'x'").await.code(), "INVALID_FIELD");
    assert_eq!(caller.query("SELECT Id FROM SecureFile__c ORDER BY FileName__c").await.code(), "INVALID_FIELD");

    let refused = caller.post("sobjects/SecureFile__c", &json!({ "FileName__c": "x" })).await;
    assert_eq!((refused.status, refused.code()), (400, "INVALID_FIELD"));
    assert_eq!(refused.message(), "No such column 'FileName__c' on sobject of type SecureFile__c");
    let made = caller.post("sobjects/SecureFile__c", &json!({ "ExternalId__c": "f.1" })).await;
    let path = format!("sobjects/SecureFile__c/{}", made.body["id"].as_str().unwrap());
    assert_eq!(caller.patch(&path, &json!({ "FileName__c": "x" })).await.code(), "INVALID_FIELD");
    assert!(caller.get(&path).await.body.get("FileName__c").is_none());
    assert_eq!(caller.get(&format!("{path}?fields=FileName__c")).await.code(), "INVALID_FIELD");
    let described = caller.get("sobjects/SecureFile__c/describe").await.body;
    assert!(described["fields"].as_array().unwrap().iter().all(|field| field["name"] != "FileName__c"));
    // It is there all the same, for an administrator.
    assert!(caller.org.records("SecureFile__c")[0].get("FileName__c").is_some());
}

#[tokio::test]
async fn a_field_that_may_be_read_only_cannot_be_written() {
    let read_only = |inner: &str| inner.replace("<editable>true</editable>", "<editable>false</editable>");
    let (caller, _folder) = with_permission("fieldPermissions", "SecureFile__c.FileName__c", read_only).await;
    let refused = caller.post("sobjects/SecureFile__c", &json!({ "FileName__c": "x" })).await;
    assert_eq!((refused.status, refused.code()), (400, "INVALID_FIELD_FOR_INSERT_UPDATE"));
    assert_eq!(refused.body[0]["fields"], json!(["FileName__c"]));
    assert_eq!(caller.query("SELECT FileName__c FROM SecureFile__c").await.status, 200);
    let described = caller.get("sobjects/SecureFile__c/describe").await.body;
    let fields = described["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["name"] == "FileName__c").unwrap();
    assert_eq!((&field["createable"], &field["updateable"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn an_object_without_permission_does_not_exist() {
    let (caller, _folder) = with_permission("objectPermissions", "SecureFile__c", |_| String::new()).await;
    assert_eq!(caller.query("SELECT Id FROM SecureFile__c").await.code(), "INVALID_TYPE");
    for refused in [
        caller.get("sobjects/SecureFile__c/describe").await,
        caller.post("sobjects/SecureFile__c", &json!({ "ExternalId__c": "x" })).await,
        caller.patch("sobjects/SecureFile__c/ExternalId__c/x", &json!({})).await,
    ] {
        assert_eq!((refused.status, refused.code()), (404, "NOT_FOUND"), "{refused:?}");
    }
    let listed = caller.get("sobjects").await.body;
    assert!(listed["sobjects"].as_array().unwrap().iter().all(|object| object["name"] != "SecureFile__c"));
}

#[tokio::test]
async fn an_object_that_may_be_read_only_is_described_so() {
    let read_only = |inner: &str| {
        let inner = inner.replace("<allowCreate>true</allowCreate>", "<allowCreate>false</allowCreate>");
        let inner = inner.replace("<allowEdit>true</allowEdit>", "<allowEdit>false</allowEdit>");
        inner.replace("<modifyAllRecords>true</modifyAllRecords>", "<modifyAllRecords>false</modifyAllRecords>")
    };
    let (caller, _folder) = with_permission("objectPermissions", "SecureFile__c", read_only).await;
    let refused = caller.post("sobjects/SecureFile__c", &json!({ "ExternalId__c": "x" })).await;
    assert_eq!((refused.status, refused.code()), (403, "INSUFFICIENT_ACCESS_OR_READONLY"));
    let described = caller.get("sobjects/SecureFile__c/describe").await.body;
    assert_eq!((&described["createable"], &described["updateable"]), (&json!(false), &json!(false)));
    assert_eq!(described["queryable"], true);
}
