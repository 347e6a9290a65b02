//! The web server flow: login, consent, code, PKCE, and every way it is refused.

use serde_json::{Value, json};

use crate::caller::{Caller, Reply, reply};
use crate::logins::denied;
use crate::visitor::{CHALLENGE, PASSWORD, VERIFIER, Visitor, parameter};

const ANNA: &str = "agent.anna@example.test";

fn page(reply: &Reply) -> &str {
    reply.body.as_str().unwrap()
}

/// The value of a hidden field.
fn ticket(page: &str) -> String {
    let (_, after) = page.split_once("name=\"ticket\" value=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

fn error(reply: &Reply) -> (String, String) {
    assert_eq!(parameter(reply, "code"), None);
    assert_eq!(parameter(reply, "state").as_deref(), Some("st/ä te"), "{reply:?}");
    (parameter(reply, "error").unwrap(), parameter(reply, "error_description").unwrap())
}

#[tokio::test]
async fn a_person_logs_in_agrees_and_the_app_gets_a_session_of_theirs() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let login = app.open(&[("nonce", "n-1")]).await;
    assert_eq!(login.status, 200);
    assert!(page(&login).contains("Simulated Org") && page(&login).contains(PASSWORD));
    assert!(login.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));

    let wrong = app.post(&[("nonce", "n-1")], &[("username", ANNA), ("password", "x")]).await;
    assert!(page(&wrong).contains("Please check your username and password"));
    let consent = app.post(&[("nonce", "n-1")], &[("username", ANNA), ("password", PASSWORD)]).await;
    assert!(page(&consent).contains("Casegate Sign-in") && page(&consent).contains("Anna Novak"));
    assert!(page(&consent).contains("Perform requests at any time"));

    let ticket = ticket(page(&consent));
    let agreed = app.post(&[], &[("ticket", &ticket), ("decision", "allow")]).await;
    assert_eq!(parameter(&agreed, "state").as_deref(), Some("st/ä te"));
    let code = parameter(&agreed, "code").unwrap();
    assert!(code.starts_with("aPrx") && code.ends_with("=="));
    assert!(agreed.headers["location"].to_str().unwrap().contains("%3D%3D"), "a code is encoded in an address");
    let again = app.post(&[], &[("ticket", &ticket), ("decision", "allow")]).await;
    assert_eq!(again.status, 400, "a page decides once");
    assert!(page(&again).contains("this page is no longer valid"));
    let odd = app.post(&[], &[("ticket", &ticket), ("decision", "perhaps")]).await;
    assert!(page(&odd).contains("decision is allow or deny"));

    let answer = app.redeem(&caller, &code, &[]).await;
    let members: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "access_token",
            "id",
            "id_token",
            "instance_url",
            "issued_at",
            "refresh_token",
            "scope",
            "signature",
            "token_type"
        ]
    );
    assert_eq!(answer.body["scope"], "openid id api refresh_token");
    let id = format!("{}/id/{}/{}", caller.org.url(), caller.org.org_id(), caller.user("anna"));
    assert_eq!(answer.body["id"], id);
    let mut caller = caller;
    answer.body["access_token"].as_str().unwrap().clone_into(&mut caller.token);
    assert_eq!(caller.get("limits").await.status, 200);
}

#[tokio::test]
async fn the_command_line_logs_in_without_a_secret_and_without_naming_the_method() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "platform_cli");
    assert_eq!(app.redirect_uri, "http://localhost:1717/OauthRedirect");
    let asked = [("prompt", "login"), ("scope", "refresh_token api web")];
    let code = app.code(&asked, ANNA).await;
    let answer = app.redeem(&caller, &code, &[]).await;
    assert_eq!(answer.body["scope"], "refresh_token api web");
    assert!(answer.body["refresh_token"].is_string() && answer.body.get("id_token").is_none());
    let with_secret = app.refresh(&caller, answer.body["refresh_token"].as_str().unwrap()).await;
    assert_eq!(with_secret.status, 200);
    assert!(with_secret.body.get("refresh_token").is_none(), "rotation is off");
    let named = app.code(&[("code_challenge_method", "S256")], ANNA).await;
    assert_eq!(app.redeem(&caller, &named, &[]).await.status, 200);
}

#[tokio::test]
async fn who_declines_sends_the_app_away_empty_handed() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let form = [("username", ANNA), ("password", PASSWORD), ("decision", "deny")];
    let refused = app.post(&[], &form).await;
    assert_eq!(error(&refused), ("access_denied".to_owned(), "end-user denied authorization".to_owned()));
    let to = refused.headers["location"].to_str().unwrap();
    assert!(to.starts_with(&format!("{}?error=access_denied&", app.redirect_uri)), "{to}");
}

#[tokio::test]
async fn a_doubtful_app_or_callback_is_never_redirected_to() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let slash = format!("{}/", app.redirect_uri);
    let longer = format!("{}?x=1", app.redirect_uri);
    for (change, expected) in [
        (("client_id", "3MVG9.other"), "error=invalid_client_id"),
        (("client_id", ""), "error=invalid_client_id"),
        (("redirect_uri", slash.as_str()), "error=redirect_uri_mismatch"),
        (("redirect_uri", longer.as_str()), "error=redirect_uri_mismatch"),
        (("redirect_uri", "https://attacker.example/"), "error=redirect_uri_mismatch"),
        (("redirect_uri", ""), "error=redirect_uri_missing"),
    ] {
        for refused in [app.open(&[change]).await, app.agree(&[change], ANNA).await] {
            assert_eq!(refused.status, 400);
            assert!(page(&refused).contains(expected), "{change:?}");
        }
    }
}

#[tokio::test]
async fn wrong_requests_go_back_to_the_app_with_the_reason() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    for (change, code, description) in [
        (("response_type", "token"), "unsupported_response_type", "response type not supported"),
        (("scope", "api full"), "invalid_scope", "the requested scope is not allowed"),
        (("code_challenge", ""), "invalid_request", "missing required code challenge"),
        (("code_challenge", VERIFIER.split_at(40).0), "invalid_request", "invalid code challenge"),
        (("code_challenge_method", "plain"), "invalid_request", "invalid code challenge"),
        (("prompt", "none"), "invalid_request", "invalid prompt parameter"),
        (("display", "wall"), "invalid_request", "invalid display parameter"),
        (("immediate", "yes"), "invalid_request", "invalid immediate parameter"),
        (("code_chalenge", CHALLENGE), "invalid_request", "the simulated org knows no parameter code_chalenge here"),
    ] {
        assert_eq!(error(&app.open(&[change]).await), (code.to_owned(), description.to_owned()), "{change:?}");
    }
}

#[tokio::test]
async fn a_code_works_once_for_its_app_its_callback_and_its_verifier() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let spoilt = [
        ("code_verifier", "x", "invalid_grant", "invalid code verifier"),
        ("code_verifier", "", "invalid_grant", "missing required code verifier"),
        (
            "redirect_uri",
            "http://127.0.0.1:1718/callback",
            "redirect_uri_mismatch",
            "redirect_uri must match configuration",
        ),
        ("redirect_uri", "", "invalid_request", "redirect_uri not provided"),
        ("client_secret", "x", "invalid_client", "invalid client credentials"),
        ("client_secret", "", "invalid_client", "invalid client credentials"),
        ("client_id", "3MVG9.other", "invalid_client_id", "client identifier invalid"),
        ("code", "aPrx", "invalid_grant", "invalid authorization code"),
        ("code", "", "invalid_request", "missing required parameter: code"),
    ];
    for (name, value, code, description) in spoilt {
        let fresh = app.code(&[], ANNA).await;
        let refused = app.redeem(&caller, &fresh, &[(name, value)]).await;
        assert_eq!((refused.status, refused.body), (400, denied(code, description)), "{name}={value}");
    }
    let code = app.code(&[], ANNA).await;
    assert_eq!(app.redeem(&caller, &code, &[]).await.status, 200);
    let expired = denied("invalid_grant", "expired authorization code");
    assert_eq!(app.redeem(&caller, &code, &[]).await.body, expired);
    // A wrong verifier spends the code as well.
    let code = app.code(&[], ANNA).await;
    app.redeem(&caller, &code, &[("code_verifier", "guessed")]).await;
    assert_eq!(app.redeem(&caller, &code, &[]).await.body, expired);
    let code = app.code(&[], ANNA).await;
    caller.org.advance_clock(15 * 60 * 1_000);
    assert_eq!(app.redeem(&caller, &code, &[]).await.body, expired);
    // Of another app.
    let code = app.code(&[], ANNA).await;
    let other = Visitor::of(&caller, "sign_in");
    let stolen = other.redeem(&caller, &code, &[("redirect_uri", &app.redirect_uri)]).await;
    assert_eq!(stolen.body, denied("invalid_grant", "invalid authorization code"));
}

#[tokio::test]
async fn a_verifier_nobody_asked_for_is_refused() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let without = [("code_challenge", "")];
    let code = app.code(&without, ANNA).await;
    let refused = app.redeem(&caller, &code, &[]).await;
    assert_eq!(refused.body, denied("invalid_grant", "invalid code verifier"));
    let code = app.code(&without, ANNA).await;
    assert_eq!(app.redeem(&caller, &code, &[("code_verifier", "")]).await.status, 200);
}

#[tokio::test]
async fn a_browser_stays_logged_in_and_consent_is_asked_once() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let agreed = app.agree(&[], ANNA).await;
    let cookie = agreed.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let come_back = async |changes: &[(&str, &str)]| reply(app.get(changes).header("cookie", &cookie)).await;

    assert!(parameter(&come_back(&[]).await, "code").is_some());
    assert!(parameter(&come_back(&[("immediate", "true")]).await, "code").is_some());
    assert!(page(&come_back(&[("prompt", "consent")]).await).contains("Allow Access?"));
    assert!(page(&come_back(&[("prompt", "login consent")]).await).contains("Log In"));
    let stranger = app.open(&[("immediate", "true")]).await;
    let expected = ("immediate_unsuccessful", "the user must log in or approve first");
    assert_eq!(error(&stranger), (expected.0.to_owned(), expected.1.to_owned()));
    caller.org.advance_clock(2 * 60 * 60 * 1_000);
    assert!(page(&come_back(&[]).await).contains("Log In"));
}

#[tokio::test]
async fn who_was_not_approved_by_an_admin_cannot_agree_to_an_app_that_wants_that() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "casegate");
    let refused = app.agree(&[], ANNA).await;
    let expected = ("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app");
    assert_eq!(error(&refused), (expected.0.to_owned(), expected.1.to_owned()));
    // Whom an admin approved is not asked.
    let username = caller.org.integration_username();
    let straight = app.post(&[], &[("username", username), ("password", PASSWORD)]).await;
    assert!(parameter(&straight, "code").is_some(), "{straight:?}");
}

#[tokio::test]
async fn a_session_without_the_api_scope_reads_no_records() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let code = app.code(&[("scope", "openid")], ANNA).await;
    let answer = app.redeem(&caller, &code, &[]).await;
    assert!(answer.body.get("refresh_token").is_none());
    answer.body["access_token"].as_str().unwrap().clone_into(&mut caller.token);
    let refused = caller.get("limits").await;
    let message = "This session is not valid for use with the REST API";
    assert_eq!((refused.status, refused.code(), refused.message()), (401, "INVALID_SESSION_ID", message));
    let userinfo = format!("{}/services/oauth2/userinfo", caller.org.url());
    let info: Value = reply(caller.http.post(userinfo).bearer_auth(&caller.token)).await.body;
    assert_eq!(info["preferred_username"], json!(ANNA));
}
