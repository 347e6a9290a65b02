//! Asking for tokens: the assertion, one request for many callers, and refusals that stand.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use salesforce_client::{Grant, OrgConnection, OrgError, Settings, SettingsError};
use serde_json::{Value, json};

use crate::{
    connection::{MovableClock, PRIVATE_KEY, START, connect, settings},
    stand_in::{StandIn, empty, html, json as answer, token_answer},
};

fn no_rows() -> Value {
    json!({"totalSize": 0, "done": true, "records": []})
}

fn expired() -> Value {
    json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn the_assertion_is_rs256_and_lives_under_three_minutes() {
    let org = StandIn::granting(|_| answer(200, no_rows()));
    connect(&org).query("SELECT Id FROM Case").await.unwrap();
    let form = org.seen()[0].body.clone();
    assert!(form.contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"), "{form}");
    let assertion = form.split("assertion=").nth(1).unwrap();
    let parts: Vec<&str> = assertion.split('.').collect();
    assert_eq!(decoded(parts[0])["alg"], "RS256");
    let claims = decoded(parts[1]);
    assert_eq!(claims["iss"], "consumer-key");
    assert_eq!(claims["sub"], "integration@example.test");
    assert_eq!(claims["aud"], "https://login.salesforce.com");
    let lifetime = claims["exp"].as_i64().unwrap() - START / 1000;
    assert!((60..=180).contains(&lifetime), "{lifetime}");
}

#[tokio::test]
async fn client_credentials_go_to_the_instance_and_not_to_the_login_host() {
    let org = StandIn::granting(|_| answer(200, no_rows()));
    let login = StandIn::granting(|_| answer(200, no_rows()));
    let grant = Grant::ClientCredentials { secret: "consumer-secret".to_owned().into() };
    let settings = Settings { grant, login_url: login.url.clone(), ..settings(&org.url) };
    OrgConnection::new(settings, MovableClock::new().reader()).unwrap().query("SELECT Id FROM Case").await.unwrap();
    assert_eq!(
        org.seen()[0].body,
        "grant_type=client_credentials&client_id=consumer-key&client_secret=consumer-secret"
    );
    assert!(login.seen().is_empty());
}

#[tokio::test]
async fn many_calls_that_meet_an_expired_session_cost_one_token_request() {
    let org = StandIn::granting(|request| match request.authorization.as_str() {
        "Bearer token-1" => answer(401, expired()),
        _ => answer(200, no_rows()),
    });
    let connection = connect(&org);
    connection.query("SELECT Id FROM Case").await.unwrap();
    assert_eq!(org.token_requests(), 2, "one to begin with, one when it proved expired");

    let org = StandIn::granting({
        let expired_tokens = std::sync::Mutex::new(Vec::<String>::new());
        move |request| {
            // The first token ends as soon as twenty calls have used it.
            let mut used = expired_tokens.lock().unwrap();
            if request.authorization == "Bearer token-1" {
                used.push(request.path.clone());
                return answer(401, expired());
            }
            answer(200, no_rows())
        }
    });
    let connection = connect(&org);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let connection = connection.clone();
        calls.spawn(async move { connection.query(&format!("SELECT Id FROM Case LIMIT {number}")).await });
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(org.token_requests(), 2);
}

#[tokio::test]
async fn a_create_refused_for_its_session_is_sent_once_more() {
    let org = StandIn::granting(|request| match request.authorization.as_str() {
        "Bearer token-1" => answer(401, expired()),
        _ => answer(201, json!({"id": "500000000000001AAA", "success": true, "errors": []})),
    });
    let id = connect(&org).create("Case", &json!({"Subject": "x"})).await.unwrap();
    assert_eq!(id.as_str(), "500000000000001AAA");
    assert_eq!(org.calls().len(), 2);
}

#[tokio::test]
async fn a_fresh_session_refused_as_well_is_for_the_admin() {
    let org = StandIn::granting(|_| answer(401, expired()));
    let refusal = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
    assert!(matches!(refusal, OrgError::Reauthorise { code, .. } if code == "INVALID_SESSION_ID"));
    assert_eq!((org.token_requests(), org.calls().len()), (2, 2));
}

#[tokio::test]
async fn every_401_asks_for_a_new_token_whatever_its_body_is() {
    for page in [401, 4010] {
        let org = StandIn::granting(move |request| match request.authorization.as_str() {
            "Bearer token-1" if page == 401 => html(401),
            "Bearer token-1" => empty(401),
            _ => answer(200, no_rows()),
        });
        connect(&org).query("SELECT Id FROM Case").await.unwrap();
    }
}

#[tokio::test]
async fn a_permanent_refusal_stands_and_is_asked_again_only_later() {
    let org = StandIn::start(|_| {
        answer(400, json!({"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}))
    });
    let clock = MovableClock::new();
    let connection = OrgConnection::new(settings(&org.url), clock.reader()).unwrap();
    for _ in 0..3 {
        let refusal = connection.query("SELECT Id FROM Case").await.unwrap_err();
        let OrgError::Reauthorise { code, message } = refusal else { panic!("{refusal}") };
        assert_eq!((code.as_str(), message.as_str()), ("invalid_grant", "user hasn't approved this consumer"));
    }
    assert_eq!(org.token_requests(), 1);
    clock.advance_millis(30_000);
    connection.query("SELECT Id FROM Case").await.unwrap_err();
    assert_eq!(org.token_requests(), 2);
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_is_worth_another_try() {
    let busy = json!({"error": "rate_limit_exceeded", "error_description": "login rate exceeded"});
    for reply in [0, 1, 2, 3, 4] {
        let busy = busy.clone();
        let org = StandIn::start(move |_| match reply {
            0 => html(503),
            1 => empty(500),
            2 => answer(400, busy.clone()),
            3 => answer(200, json!({"unexpected": true})),
            _ => crate::stand_in::Reply::HangUp,
        });
        let failure = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
        assert!(matches!(failure, OrgError::RetryLater { .. }), "{reply}: {failure}");
    }
}

#[tokio::test]
async fn the_token_answer_tells_which_org_it_is() {
    let org = StandIn::start(|_| answer(200, token_answer(1)));
    let identity = connect(&org).identity().await.unwrap();
    assert_eq!(identity.organization_id.as_str(), "00D000000000001EAA");
    assert_eq!(identity.user_id.key_prefix(), "005");
}

#[tokio::test]
async fn a_redirect_is_reported_and_never_followed() {
    let elsewhere = StandIn::granting(|_| answer(200, no_rows()));
    let target = format!("{}/services/data", elsewhere.url);
    let org = StandIn::granting(move |_| empty(302).with("Location", &target));
    let refusal = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
    assert!(matches!(refusal, OrgError::FixRequest { code, .. } if code == "REDIRECTED"));
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn settings_that_could_leak_or_never_work_are_refused_before_anything_is_sent() {
    let try_with = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings("https://example.my.salesforce.com");
        settings.allow_loopback = false;
        change(&mut settings);
        OrgConnection::new(settings, MovableClock::new().reader()).map(drop)
    };
    assert!(try_with(&|_| {}).is_ok());
    assert!(matches!(
        try_with(&|s| s.instance_url = "http://127.0.0.1:1".into()),
        Err(SettingsError::UnsafeUrl { .. })
    ));
    assert!(matches!(try_with(&|s| s.login_url = "https://evil.example".into()), Err(SettingsError::UnsafeUrl { .. })));
    assert!(matches!(try_with(&|s| s.api_version = "67/../..".into()), Err(SettingsError::ApiVersion(_))));
    assert!(matches!(try_with(&|s| s.namespace_prefix = Some("a-b".into())), Err(SettingsError::NamespacePrefix(_))));
    let no_key =
        Grant::JwtBearer { username: "u".into(), audience: "a".into(), private_key_pem: "none".to_owned().into() };
    assert!(matches!(try_with(&|s| s.grant = no_key.clone()), Err(SettingsError::UnusableKey(_))));
}

#[test]
fn nothing_printed_about_a_connection_holds_a_secret() {
    let settings = settings("https://example.my.salesforce.com");
    let connection = OrgConnection::new(settings.clone(), MovableClock::new().reader()).unwrap();
    let printed = format!("{settings:?} {connection:?}");
    assert!(!printed.contains(PRIVATE_KEY.lines().nth(1).unwrap()) && !printed.contains("consumer-key"), "{printed}");
}

#[tokio::test]
async fn a_token_answer_that_points_to_a_stranger_is_refused() {
    for stranger in ["https://evil.example", "http://example.my.salesforce.com", "https://salesforce.com.evil.example"]
    {
        let org = StandIn::start(move |_| {
            let mut granted = token_answer(1);
            granted["instance_url"] = json!(stranger);
            answer(200, granted)
        });
        let refusal = connect(&org).query("SELECT Id FROM Case").await.unwrap_err();
        assert!(matches!(&refusal, OrgError::FixRequest { code, .. } if code == "INSTANCE_URL"), "{refusal}");
        assert!(org.calls().is_empty(), "no token went anywhere");
    }
}

#[tokio::test]
async fn what_the_token_answer_tells_can_be_asked_for() {
    let org = StandIn::granting(|_| answer(200, no_rows()));
    let connection = connect(&org);
    assert_eq!(&*connection.scopes().await.unwrap(), ["api".to_owned()]);
    let instance = connection.stated_instance().await.unwrap().unwrap();
    assert_eq!(instance.as_str(), "https://example.my.salesforce.com/");
}

#[tokio::test]
async fn a_session_that_is_ended_is_revoked_and_the_next_call_gets_another() {
    let org = StandIn::granting(|request| match request.path.as_str() {
        "/services/oauth2/revoke" => empty(200),
        _ => answer(200, no_rows()),
    });
    let connection = connect(&org);
    connection.end_session().await.unwrap();
    assert!(org.seen().is_empty(), "there was none");
    connection.query("SELECT Id FROM Case").await.unwrap();
    connection.end_session().await.unwrap();
    assert_eq!(org.calls()[1].body, "token=token-1");
    connection.query("SELECT Id FROM Case").await.unwrap();
    assert_eq!(org.calls()[2].authorization, "Bearer token-2");
}
