//! Cases merged and deleted, and what becomes of everything that hung on them; sandboxes that carry production's ids.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use simulated_org::{Options, SimulatedOrg};

use crate::caller::{Caller, file_request, options};

async fn file(caller: &Caller, case: &str, title: &str) -> String {
    let record = json!({
        "Title": title, "PathOnClient": "a.txt", "VersionData": STANDARD.encode(title), "FirstPublishLocationId": case,
    });
    let made = caller.post("sobjects/ContentVersion", &record).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    let row = caller.rows(&format!("SELECT ContentDocumentId FROM ContentVersion WHERE Id = '{id}'")).await.remove(0);
    row["ContentDocumentId"].as_str().unwrap().to_owned()
}

async fn documents(caller: &Caller, case: &str) -> Vec<Value> {
    let soql = format!("SELECT ContentDocumentId FROM ContentDocumentLink WHERE LinkedEntityId = '{case}'");
    let mut found: Vec<_> = caller.rows(&soql).await.into_iter().map(|row| row["ContentDocumentId"].clone()).collect();
    found.sort_by_key(ToString::to_string);
    found
}

async fn admin() -> Caller {
    let caller = Caller::start().await;
    Caller { token: caller.log_in("admin.olivia@example.test").await, http: caller.http.clone(), org: caller.org }
}

#[tokio::test]
async fn a_merged_case_leaves_everything_to_the_survivor() {
    let caller = admin().await;
    let (loser, survivor) = (caller.case("gateway_reboots"), caller.case("firmware_rollback"));
    let (own, shared) = (file(&caller, &loser, "own").await, file(&caller, &loser, "shared").await);
    let link = json!({ "ContentDocumentId": shared, "LinkedEntityId": survivor, "ShareType": "V" });
    assert_eq!(caller.post("sobjects/ContentDocumentLink", &link).await.status, 201);
    let request = caller.post("sobjects/FileRequest__c", &file_request(&loser)).await;
    let request = request.body["id"].as_str().unwrap().to_owned();
    let attachment = json!({ "ParentId": loser, "Name": "a.txt", "Body": STANDARD.encode("a") });
    let attachment = caller.post("sobjects/Attachment", &attachment).await;
    let post = caller.post("sobjects/FeedItem", &json!({ "ParentId": loser, "Body": "seen" })).await;

    let merged = caller.admin(&format!("cases/{loser}/merge"), &json!({ "into": survivor })).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    assert_eq!(caller.get(&format!("sobjects/Case/{loser}")).await.code(), "ENTITY_IS_DELETED");
    let mut both = vec![json!(own), json!(shared)];
    both.sort_by_key(ToString::to_string);
    assert_eq!(documents(&caller, &survivor).await, both);
    assert!(documents(&caller, &loser).await.is_empty());
    for (path, field) in [
        (format!("sobjects/FileRequest__c/{request}"), "Case__c"),
        (format!("sobjects/Attachment/{}", attachment.body["id"].as_str().unwrap()), "ParentId"),
        (format!("sobjects/FeedItem/{}", post.body["id"].as_str().unwrap()), "ParentId"),
    ] {
        assert_eq!(caller.get(&path).await.body[field], json!(survivor), "{path}");
    }
    let gone = caller.org.records("Case").into_iter().find(|case| case["Id"] == json!(loser)).unwrap();
    assert_eq!((&gone["IsDeleted"], &gone["MasterRecordId"]), (&json!(true), &json!(survivor)));
    // Where a file was first published is history, and no merge changes that.
    assert!(
        caller.org.records("ContentVersion").iter().all(|version| version["FirstPublishLocationId"] == json!(loser))
    );
}

#[tokio::test]
async fn a_deleted_case_takes_its_links_and_leaves_files_and_lookups_behind() {
    let caller = admin().await;
    let case = caller.case("gateway_reboots");
    let document = file(&caller, &case, "kept").await;
    let request = caller.post("sobjects/FileRequest__c", &file_request(&case)).await;
    let request = request.body["id"].as_str().unwrap().to_owned();
    let attachment = json!({ "ParentId": case, "Name": "a.txt", "Body": STANDARD.encode("a") });
    let attachment = caller.post("sobjects/Attachment", &attachment).await;
    let attachment = attachment.body["id"].as_str().unwrap();

    assert_eq!(caller.delete(&format!("sobjects/Case/{case}")).await.status, 204);
    assert_eq!(caller.get(&format!("sobjects/FileRequest__c/{request}")).await.body["Case__c"], Value::Null);
    assert_eq!(caller.get(&format!("sobjects/Attachment/{attachment}/Body")).await.code(), "ENTITY_IS_DELETED");
    assert_eq!(caller.get(&format!("sobjects/ContentDocument/{document}")).await.body["Title"], "kept");
    assert!(documents(&caller, &case).await.is_empty());
    let bin = caller
        .request(reqwest::Method::GET, "queryAll")
        .query(&[("q", format!("SELECT IsDeleted FROM Case WHERE Id = '{case}'"))]);
    assert_eq!(crate::caller::reply(bin).await.body["records"][0]["IsDeleted"], true);
}

#[tokio::test]
async fn a_sandbox_carries_productions_records_under_their_ids() {
    let production = admin().await;
    let case = production.case("gateway_reboots");
    let mut request = file_request(&case);
    request["ExternalId__c"] = json!(format!("{}.00000000000000000000000001", production.org.org_id()));
    let made = production.post("sobjects/FileRequest__c", &request).await;
    assert_eq!(made.status, 201, "{made:?}");
    file(&production, &case, "copied").await;

    let other =
        Options { org_id: "00D5g00000ZyXwVEAV".to_owned(), instance_prefix: "northwind--full".to_owned(), ..options() };
    let org = SimulatedOrg::start_copy(other, &production.org).await.unwrap();
    assert_eq!(org.integration_username(), "casegate.integration@example.test.full");
    let sandbox = Caller { org, http: production.http.clone(), token: String::new() };
    let sandbox = Caller { token: sandbox.log_in("admin.olivia@example.test.full").await, ..sandbox };
    let about = &sandbox.rows("SELECT Id, IsSandbox FROM Organization").await[0];
    assert_eq!((&about["IsSandbox"], &about["Id"]), (&json!(true), &json!(sandbox.org.org_id())));
    assert_ne!(sandbox.org.org_id(), production.org.org_id());
    let copied = &sandbox.rows("SELECT Id, Case__c, ExternalId__c FROM FileRequest__c").await[0];
    assert_eq!(
        (&copied["Id"], &copied["Case__c"], &copied["ExternalId__c"]),
        (&made.body["id"], &json!(case), &request["ExternalId__c"])
    );
    assert_eq!(documents(&sandbox, &case).await, documents(&production, &case).await);
    let email = &sandbox.rows("SELECT Email FROM User WHERE Alias = 'anova'").await[0]["Email"];
    assert_eq!(email, "agent.anna@example.test.invalid");

    // From here on each goes its own way, and new ids do not collide with copied ones.
    let fresh = sandbox.post("sobjects/FileRequest__c", &file_request(&case)).await;
    assert_ne!(fresh.body["id"], made.body["id"]);
    assert_eq!(production.org.records("FileRequest__c").len(), 1);
}
