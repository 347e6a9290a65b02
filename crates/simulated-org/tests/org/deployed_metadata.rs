//! A schema of the test's own: what the shipped one never does must still be played right.

use std::fs;
use std::path::Path;

use serde_json::json;
use simulated_org::{Options, SimulatedOrg};

use crate::caller::{Caller, options};

const OBJECT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Gadget &amp; Part</label><pluralLabel>Gadgets</pluralLabel>
    <nameField><label>Gadget Name</label><type>Text</type></nameField>
    <sharingModel>ReadWrite</sharingModel>
</CustomObject>"#;

fn field(name: &str, kind: &str, rest: &str) -> String {
    format!(
        "<CustomField xmlns=\"http://soap.sforce.com/2006/04/metadata\"><fullName>{name}</fullName>\
         <label>{name}</label><type>{kind}</type>{rest}</CustomField>"
    )
}

fn deploy(root: &Path) {
    let fields = root.join("salesforce/objects/Gadget__c/fields");
    fs::create_dir_all(&fields).unwrap();
    fs::write(fields.parent().unwrap().join("Gadget__c.object-meta.xml"), OBJECT).unwrap();
    let parent = "<referenceTo>Gadget__c</referenceTo><relationshipName>Parts</relationshipName>\
                  <deleteConstraint>Restrict</deleteConstraint>";
    for (name, kind, rest) in [
        ("Code__c", "Text", "<length>20</length><externalId>true</externalId><unique>false</unique>"),
        ("Whole__c", "Lookup", parent),
        ("Weight__c", "Number", "<precision>6</precision><scale>2</scale>"),
    ] {
        fs::write(fields.join(format!("{name}.field-meta.xml")), field(name, kind, rest)).unwrap();
    }
    let on_case = root.join("salesforce/objects/Case/fields");
    fs::create_dir_all(&on_case).unwrap();
    let severity = field("Severity__c", "Text", "<length>5</length>");
    fs::write(on_case.join("Severity__c.field-meta.xml"), severity).unwrap();
}

async fn caller(root: &Path) -> Caller {
    deploy(root);
    Caller::start_with(Options { metadata: Some(root.to_owned()), ..options() }).await
}

#[tokio::test]
async fn several_rows_with_one_external_id_are_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let caller = caller(folder.path()).await;
    for name in ["left", "right"] {
        let row = json!({ "Name": name, "Code__c": "twin", "Weight__c": 12.25 });
        assert_eq!(caller.post("sobjects/Gadget__c", &row).await.status, 201);
    }
    let several = caller.patch("sobjects/Gadget__c/Code__c/TWIN", &json!({ "Weight__c": 1 })).await;
    assert_eq!((several.status, several.body.as_array().unwrap().len()), (300, 2));
    assert!(several.body[0].as_str().unwrap().starts_with("/services/data/v67.0/sobjects/Gadget__c/a00"));
    let twin = json!({ "records": [{ "attributes": { "type": "Gadget__c" }, "Code__c": "twin", "Weight__c": 1 }] });
    let several = caller.patch("composite/sobjects/Gadget__c/Code__c", &twin).await;
    assert_eq!(several.body[0]["errors"][0]["statusCode"], "DUPLICATE_EXTERNAL_ID");
    assert_eq!(several.body[0]["errors"][0]["message"], "Code__c: more than one record found for external id field");
    let only_known = caller.patch("sobjects/Gadget__c/Code__c/new?updateOnly=true", &json!({ "Weight__c": 1 })).await;
    assert_eq!(only_known.status, 404);
    let too_fine = caller.post("sobjects/Gadget__c", &json!({ "Name": "x", "Weight__c": 0.125 })).await;
    assert_eq!(too_fine.code(), "NUMBER_OUTSIDE_VALID_RANGE");
    assert_eq!(caller.post("sobjects/Gadget__c", &json!({})).await.code(), "REQUIRED_FIELD_MISSING");
}

#[tokio::test]
async fn a_restricting_lookup_keeps_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let caller = caller(folder.path()).await;
    let whole = caller.post("sobjects/Gadget__c", &json!({ "Name": "whole" })).await;
    let id = whole.body["id"].as_str().unwrap();
    let part = caller.post("sobjects/Gadget__c", &json!({ "Name": "part", "Whole__c": id })).await;
    let refused = caller.delete(&format!("sobjects/Gadget__c/{id}")).await;
    assert_eq!((refused.status, refused.code()), (400, "DELETE_FAILED"));
    assert_eq!(caller.delete(&format!("sobjects/Gadget__c/{}", part.body["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(caller.delete(&format!("sobjects/Gadget__c/{id}")).await.status, 204);
    let described = caller.get("sobjects/Gadget__c/describe").await;
    assert_eq!(described.body["label"], "Gadget & Part");
}

#[tokio::test]
async fn fields_on_standard_objects_need_a_grant() {
    let folder = tempfile::tempdir().unwrap();
    let caller = caller(folder.path()).await;
    // Nobody granted it to the integration user, so to it the field does not exist.
    assert_eq!(caller.query("SELECT Severity__c FROM Case").await.code(), "INVALID_FIELD");
    assert!(caller.org.records("Case")[0].get("Severity__c").is_some());
}

#[tokio::test]
async fn metadata_that_would_not_deploy_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    deploy(folder.path());
    let fields = folder.path().join("salesforce/objects/Gadget__c/fields");
    let dangling = field("Owner__c", "Lookup", "<referenceTo>Missing__c</referenceTo>");
    fs::write(fields.join("Owner__c.field-meta.xml"), dangling).unwrap();
    let started = SimulatedOrg::start(Options { metadata: Some(folder.path().to_owned()), ..options() }).await;
    assert!(started.err().unwrap().to_string().contains("Missing__c"));
}
