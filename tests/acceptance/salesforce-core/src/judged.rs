//! Login by client credentials, strict decoding of descriptions, records, collections, queries and refusals.

use std::env;

use salesforce_core::client;
use salesforce_core::restapi::{
    Client, ClientBuilder, CompositeCollectionCreateRequest, CompositeCollectionRetrieveRequest, CompositeTreeRequest,
};
use serde_json::{from_value, json};

/// Carried by every record, so that it can be found and removed.
const MARK: &str = "acc-salesforce-core";

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: node tests/acceptance/run.mjs sets it"))
}

async fn connected() -> Client {
    let session = client::Client::builder()
        .client_id(variable("ORG_CLIENT_ID"))
        .client_secret(variable("ORG_CLIENT_SECRET"))
        .instance_url(variable("ORG_HTTP"))
        .build()
        .unwrap()
        .connect()
        .await
        .unwrap();
    ClientBuilder::new(session).build().unwrap()
}

#[tokio::test]
async fn a_wrong_secret_opens_nothing() {
    let session = client::Client::builder()
        .client_id(variable("ORG_CLIENT_ID"))
        .client_secret("wrong".to_owned())
        .instance_url(variable("ORG_HTTP"))
        .build()
        .unwrap();
    let refused = session.connect().await.map(drop).unwrap_err();
    assert!(format!("{refused:?}").contains("invalid_client"), "{refused:?}");
}

#[tokio::test]
async fn every_description_decodes() {
    let org = connected().await;
    for name in ["Account", "Contact", "Case", "User", "FeedItem", "ContentVersion", "FileRequest__c", "SecureFile__c"]
    {
        let about = org.describe(name).send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(about.name, name);
        assert!(!about.fields.is_empty() && !about.label_plural.is_empty());
        org.basic_info(name).send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[tokio::test]
async fn a_record_is_made_read_changed_and_removed() {
    let org = connected().await;
    let made = org.create("Account", json!({ "Name": MARK })).send().await.unwrap();
    assert!(made.success && made.errors.is_empty());
    org.update("Account", &made.id, json!({ "NumberOfEmployees": 3 })).send().await.unwrap();
    let read = org.get("Account", &made.id).fields("Id,NumberOfEmployees").send().await.unwrap();
    assert_eq!((&read["Id"], &read["NumberOfEmployees"]), (&json!(made.id), &json!(3)));
    org.delete("Account", &made.id).send().await.unwrap();
    let gone = org.get("Account", &made.id).send().await.unwrap_err();
    assert!(!gone.is_retryable(), "{gone:?}");
}

#[tokio::test]
async fn a_refusal_decodes_with_its_fields() {
    let org = connected().await;
    let refused = org.create("Account", json!({})).send().await.unwrap_err();
    let said = format!("{refused:?}");
    assert!(said.contains("REQUIRED_FIELD_MISSING") && said.contains("Name"), "{said}");
}

#[tokio::test]
async fn queries_and_deleted_rows_decode() {
    let org = connected().await;
    let made = org.create("Account", json!({ "Name": format!("{MARK} deleted") })).send().await.unwrap();
    org.delete("Account", &made.id).send().await.unwrap();
    let soql = format!("SELECT Id, IsDeleted FROM Account WHERE Id = '{}'", made.id);
    assert_eq!(org.query(soql.clone()).send().await.unwrap().total_size, 0);
    let all = org.query_all(soql).send().await.unwrap();
    assert_eq!((all.total_size, all.done), (1, true));
    assert_eq!(all.records[0]["IsDeleted"], json!(true));
}

#[tokio::test]
async fn several_records_are_read_and_removed_together() {
    let org = connected().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let record = json!({ "Name": format!("{MARK} {number}") });
        ids.push(org.create("Account", record).send().await.unwrap().id);
    }
    let wanted = CompositeCollectionRetrieveRequest { ids: ids.clone(), fields: vec!["Id".to_owned()] };
    let read = org.get_records("Account", &wanted).send().await.unwrap();
    assert_eq!(
        read.iter().map(|row| row["Id"].clone()).collect::<Vec<_>>(),
        ids.iter().map(|id| json!(id)).collect::<Vec<_>>()
    );
    let gone = org.delete_records(ids.join(",")).all_or_none(true).send().await.unwrap();
    assert!(gone.iter().all(|fate| fate.success));
}

#[tokio::test]
async fn a_tree_of_records_decodes() {
    let org = connected().await;
    let child = json!({ "attributes": { "type": "Contact", "referenceId": "child" }, "LastName": MARK });
    let parent = json!({
        "attributes": { "type": "Account", "referenceId": "parent" }, "Name": MARK, "Contacts": { "records": [child] },
    });
    let tree: CompositeTreeRequest = from_value(json!({ "records": [parent] })).unwrap();
    let planted = org.create_record_tree("Account", &tree).send().await.unwrap();
    assert!(!planted.has_errors);
    let ids: Vec<String> = planted.results.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids.len(), 2);
    let gone = org.delete_records(ids.join(",")).send().await.unwrap();
    // The contact went with its account.
    assert!(gone[0].success, "{gone:?}");
}

#[tokio::test]
async fn the_fate_of_every_row_decodes() {
    let org = connected().await;
    let record = |fields| from_value(fields).unwrap();
    let records = vec![
        record(json!({ "attributes": { "type": "Account" }, "Name": MARK })),
        record(json!({ "attributes": { "type": "Account" }, "Name": MARK, "Nonsense__c": 1 })),
    ];
    let request = CompositeCollectionCreateRequest { all_or_none: false, records };
    let fates = org.create_records(&request).send().await.unwrap();
    assert_eq!((fates[0].success, fates[1].success), (true, false));
    assert!(format!("{:?}", fates[1].errors).contains("INVALID_FIELD"), "{fates:?}");
    org.delete("Account", fates[0].id.as_deref().unwrap()).send().await.unwrap();
}
