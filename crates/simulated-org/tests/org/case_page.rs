//! The browser's side: the Case page, what it asks, and what it must not get.

use std::fs;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use simulated_org::Options;

use crate::caller::{Caller, Reply, options, reply};

/// A browser: it keeps the cookie of who sits at it.
struct Browser<'a> {
    caller: &'a Caller,
    user: String,
}

impl<'a> Browser<'a> {
    fn of(caller: &'a Caller, nickname: &str) -> Self {
        Self { caller, user: caller.user(nickname) }
    }

    async fn get(&self, path: &str) -> Reply {
        let url = format!("{}{path}", self.caller.org.url());
        reply(self.caller.http.get(url).header("cookie", format!("sim_user={}", self.user))).await
    }

    async fn apex(&self, method: &str, parameters: &Value) -> Reply {
        let url = format!("{}/org/apex/FileRequestController/{method}", self.caller.org.url());
        reply(self.caller.http.post(url).header("cookie", format!("sim_user={}", self.user)).json(parameters)).await
    }
}

#[tokio::test]
async fn the_built_page_comes_with_the_policy_of_lightning() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    fs::create_dir_all(dist.join("platform")).unwrap();
    fs::write(dist.join("index.html"), "<p>built</p>").unwrap();
    fs::write(dist.join("c.js"), "export {};").unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let sandboxed = folder.path().join("dist-lws");
    fs::create_dir_all(&sandboxed).unwrap();
    fs::write(sandboxed.join("index.html"), "<p>sandboxed</p>").unwrap();

    let caller = Caller::start_with(Options { assets: Some(dist), ..options() }).await;
    let browser = Browser::of(&caller, "anna");
    let page = format!("/lightning/r/Case/{}/view", caller.case("gateway_reboots"));
    let built = browser.get(&format!("{page}?user=anna")).await;
    assert_eq!(built.body, "<p>built</p>");
    let policy = built.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("connect-src 'self' blob: http://127.0.0.1:8443") && !policy.contains("unsafe-eval"));
    assert!(built.headers["set-cookie"].to_str().unwrap().starts_with(&format!("sim_user={}", caller.user("anna"))));
    let sandboxed = browser.get(&format!("{page}?lws=1")).await;
    assert_eq!(sandboxed.body, "<p>sandboxed</p>");
    assert!(sandboxed.headers["content-security-policy"].to_str().unwrap().contains("'self' 'unsafe-eval'"));

    let script = browser.get("/c.js").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    for outside in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/platform", "/missing.js"] {
        assert_eq!(browser.get(outside).await.status, 404, "{outside}");
    }
}

#[tokio::test]
async fn whoever_cannot_see_the_case_is_told_so() {
    let caller = Caller::start().await;
    let page = format!("/lightning/r/Case/{}/view", caller.case("gateway_reboots"));
    let hers = Browser::of(&caller, "anna").get(&page).await;
    assert!(hers.body.as_str().unwrap().contains("Gateway reboots when four backup jobs start together"));
    let his = Browser::of(&caller, "ben").get(&page).await;
    assert!(his.body.as_str().unwrap().contains("You do not have the level of access necessary"));
    let list = Browser::of(&caller, "ben").get("/lightning/o/Case/list").await;
    assert_eq!(list.body.as_str().unwrap().matches("/lightning/r/Case/").count(), 6);
}

#[tokio::test]
async fn the_page_learns_who_sits_there() {
    let caller = Caller::start().await;
    let config = Browser::of(&caller, "ben").get("/org/config.js").await;
    let script = config.body.as_str().unwrap();
    let json = script.strip_prefix("globalThis.__ORG__ = ").unwrap().split_once(";\n").unwrap().0;
    let config: Value = serde_json::from_str(json).unwrap();
    assert_eq!(config["user"]["Id"], caller.user("ben"));
    assert_eq!((&config["user"]["name"], &config["language"]), (&json!("Ben Adeyemi"), &json!("de")));
    assert_eq!(config["permissions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn apex_mints_a_token_for_a_case_the_user_can_see() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let minted = Browser::of(&caller, "anna").apex("mintToken", &json!({ "caseId": case })).await;
    assert_eq!(minted.status, 200, "{minted:?}");
    assert_eq!(minted.body["baseUrl"], "http://127.0.0.1:8443");
    assert_eq!(minted.body["expiresAt"], crate::caller::NOW_MS / 1_000 * 1_000 + 300_000);
    assert_eq!(minted.body["token"].as_str().unwrap().split('.').count(), 3);

    let refused = Browser::of(&caller, "ben").apex("mintToken", &json!({ "caseId": case })).await;
    assert_eq!((refused.status, &refused.body["exceptionType"]), (500, &json!("System.AuraHandledException")));
    let sentence = refused.body["message"].as_str().unwrap();
    assert!(!sentence.starts_with("Casegate_"), "the label has a text: {sentence}");
    assert_eq!(Browser::of(&caller, "anna").apex("mintToken", &json!({})).await.status, 500);
    // Without the permission set, the class is out of reach.
    let carla = Browser::of(&caller, "carla").apex("mintToken", &json!({ "caseId": case })).await;
    assert!(carla.body["message"].as_str().unwrap().contains("access to the Apex class"));
}

#[tokio::test]
async fn apex_tells_whom_to_ask_and_in_which_language() {
    let caller = Caller::start().await;
    let anna = Browser::of(&caller, "anna");
    let known = anna.apex("requestDefaults", &json!({ "caseId": caller.case("scanner_drift") })).await;
    assert_eq!(
        known.body,
        json!({
            "caseNumber": "00001002",
            "contactId": caller.org.seeded("contacts", "erika").unwrap(),
            "recipientName": "Erika Brandt",
            "recipientEmail": "erika.brandt@alpenblick.example",
            "language": "de",
        })
    );
    let supplied = anna.apex("requestDefaults", &json!({ "caseId": caller.case("no_contact") })).await;
    assert_eq!(
        supplied.body,
        json!({
            "caseNumber": "00001004",
            "recipientName": "R. Okonkwo",
            "recipientEmail": "r.okonkwo@brightmill.example",
            "language": "en",
        })
    );
}

#[tokio::test]
async fn the_ui_api_shows_records_in_its_own_shape() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let fields = "Case.CaseNumber,Case.Contact.Name,Case.Contact.Email,Case.CreatedDate,Case.Parent.Subject";
    let path = format!("/org/ui-api/records/{case}?fields={fields}");
    let shown = Browser::of(&caller, "anna").get(&path).await;
    let fields = &shown.body["fields"];
    assert_eq!((&shown.body["apiName"], &shown.body["id"]), (&json!("Case"), &json!(case)));
    assert_eq!(fields["CaseNumber"], json!({ "displayValue": null, "value": "00001001" }));
    assert_eq!(fields["Contact"]["displayValue"], "Grace Whitfield");
    assert_eq!(fields["Contact"]["value"]["fields"]["Email"]["value"], "grace.whitfield@harbour-finch.example");
    assert_eq!(fields["Parent"]["value"], Value::Null);
    assert_eq!(fields["CreatedDate"]["value"], "2026-11-18T15:18:12.000Z");
    assert_eq!(Browser::of(&caller, "ben").get(&path).await.status, 404);
    let wrong = format!("/org/ui-api/records/{case}?fields=Case.Nonsense");
    assert_eq!(Browser::of(&caller, "anna").get(&wrong).await.status, 400);
}

#[tokio::test]
async fn the_page_hears_platform_events() {
    let caller = Caller::start().await;
    let url = format!("{}/org/events", caller.org.url());
    let stream =
        caller.http.get(url).header("cookie", format!("sim_user={}", caller.user("anna"))).send().await.unwrap();
    let mut stream = stream.bytes_stream();
    let case = caller.case("gateway_reboots");
    let event = json!({ "CaseId__c": case, "Kind__c": "file_attached", "ExternalId__c": "x.1" });
    assert_eq!(caller.post("sobjects/CaseFileEvent__e", &event).await.status, 201);
    let heard = stream.next().await.unwrap().unwrap();
    let heard: Value =
        serde_json::from_str(std::str::from_utf8(&heard).unwrap().trim().strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(heard["channel"], "/event/CaseFileEvent__e");
    assert_eq!(heard["data"]["payload"]["CaseId__c"], case);
    assert_eq!(heard["data"]["event"]["replayId"], 1);
}

#[tokio::test]
async fn the_mailbox_page_shows_mails_without_running_them() {
    let caller = Caller::start().await;
    let url = |path: &str| format!("{}{path}", caller.org.admin_url());
    let page = reply(caller.http.get(url("/mailbox?target=phone"))).await;
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    let list = reply(caller.http.get(url("/mailbox/mails.json"))).await;
    assert_eq!(list.body, json!([]));
    assert_eq!(reply(caller.http.get(url("/mailbox/mails/1"))).await.status, 404);
    for file in ["/mailbox/mailbox.css", "/mailbox/mailbox.js"] {
        assert_eq!(reply(caller.http.get(url(file))).await.status, 200);
    }
}
