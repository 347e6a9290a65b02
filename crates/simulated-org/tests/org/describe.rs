//! What the Org tells about itself.

use serde_json::json;

use crate::caller::{Caller, reply};

#[tokio::test]
async fn versions_need_no_session() {
    let caller = Caller::start().await;
    let versions = reply(caller.http.get(format!("{}/services/data", caller.org.url()))).await;
    let newest = versions.body.as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["version"], "68.0");
    assert_eq!(newest["url"], "/services/data/v68.0");
}

#[tokio::test]
async fn describe_shows_our_fields_as_deployed() {
    let caller = Caller::start().await;
    let whole = caller.get("sobjects/filerequest__c/describe").await.body;
    assert_eq!((&whole["name"], &whole["labelPlural"]), (&json!("FileRequest__c"), &json!("File Requests")));
    let fields = whole["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(field("State__c")["restrictedPicklist"], true);
    assert_eq!(field("State__c")["picklistValues"].as_array().unwrap().len(), 11);
    assert_eq!(field("ExternalId__c")["externalId"], true);
    assert_eq!(field("Case__c")["relationshipName"], "Case__r");
    assert_eq!(field("Name")["autoNumber"], true);
    let listed = caller.get("sobjects").await;
    assert!(listed.body["sobjects"].as_array().unwrap().iter().any(|object| object["name"] == "SecureFile__c"));
}

#[tokio::test]
async fn the_allowance_counts_down_and_runs_out() {
    let caller = Caller::start().await;
    let one = caller.get("limits").await;
    assert_eq!(one.headers["sforce-limit-info"], "api-usage=1/15000");
    assert_eq!(one.body["DailyApiRequests"], json!({ "Max": 15_000, "Remaining": 14_999 }));
    caller.admin("allowance", &json!({ "used": 15_000 })).await;
    let refused = caller.get("limits").await;
    assert_eq!(
        (refused.status, refused.code(), refused.message()),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    );
}

#[tokio::test]
async fn settings_point_at_this_connector() {
    let mut caller = Caller::start().await;
    caller.token = caller.log_in("agent.anna@example.test").await;
    let rows = caller.rows("SELECT DeveloperName, BaseUrl__c, LanguageField__c FROM CasegateSetting__mdt").await;
    assert_eq!(rows[0]["BaseUrl__c"], "http://127.0.0.1:8443");
}

#[tokio::test]
async fn an_unchanged_describe_is_not_sent_again() {
    let caller = Caller::start().await;
    for path in ["sobjects", "sobjects/Case", "sobjects/Case/describe"] {
        let asked = |since: &str| {
            reply(caller.request(reqwest::Method::GET, path).header("If-Modified-Since", since.to_owned()))
        };
        let same = asked("Sat, 21 Nov 2026 16:18:12 GMT").await;
        assert_eq!((same.status, &same.body), (304, &serde_json::Value::Null), "{path}");
        assert_eq!(asked("Fri, 20 Nov 2026 16:18:12 GMT").await.status, 200, "{path}");
        assert_eq!(asked("yesterday").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn describe_holds_all_that_typed_clients_decode() {
    let caller = Caller::start().await;
    let listed = caller.get("sobjects").await.body;
    for object in listed["sobjects"].as_array().unwrap() {
        let name = object["name"].as_str().unwrap();
        let whole = caller.get(&format!("sobjects/{name}/describe")).await.body;
        for flag in [
            "activateable",
            "createable",
            "custom",
            "customSetting",
            "deepCloneable",
            "deletable",
            "deprecatedAndHidden",
            "feedEnabled",
            "hasSubtypes",
            "isInterface",
            "isSubtype",
            "layoutable",
            "mergeable",
            "mruEnabled",
            "queryable",
            "replicateable",
            "retrieveable",
            "searchable",
            "triggerable",
            "undeletable",
            "updateable",
        ] {
            assert!(object[flag].is_boolean() && whole[flag].is_boolean(), "{name}.{flag}");
        }
        for text in ["label", "labelPlural", "name"] {
            assert!(whole[text].as_str().is_some_and(|text| !text.is_empty()), "{name}.{text}");
        }
        for list in ["fields", "childRelationships", "recordTypeInfos", "supportedScopes", "actionOverrides"] {
            assert!(whole[list].is_array(), "{name}.{list}");
        }
        for field in whole["fields"].as_array().unwrap() {
            assert!(field.as_object().unwrap().len() >= 55, "{name}.{}", field["name"]);
        }
    }
}
