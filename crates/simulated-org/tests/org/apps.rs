//! What an admin changes about an app or a user while somebody holds tokens.

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;
use simulated_org::Options;

use crate::caller::{Caller, assertion, jwt_form, options, reply};
use crate::logins::denied;
use crate::visitor::{PASSWORD, Visitor, parameter};

const ANNA: &str = "agent.anna@example.test";

fn key() -> (KeyPair, String) {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    (key, certificate)
}

#[tokio::test]
async fn the_seed_names_every_app_that_a_client_can_use() {
    let caller = Caller::start().await;
    let seed = reply(caller.http.get(format!("{}/__sim/seed", caller.org.admin_url()))).await.body;
    assert_eq!(seed["password"], PASSWORD);
    let apps = &seed["apps"];
    assert_eq!(apps["casegate"]["client_id"], seed["client_id"]);
    assert_eq!(apps["platform_cli"]["client_id"], "PlatformCLI");
    assert_eq!(apps["platform_cli"]["client_secret"], json!(null));
    assert_eq!(apps["platform_cli"]["callback_urls"], json!(["http://localhost:1717/OauthRedirect"]));
    assert_eq!(apps["sign_in"]["rotates_refresh_tokens"], true);
    assert_eq!(apps["casegate"]["permitted_users"]["permission_sets"], json!(["Casegate_Integration"]));
    let alone = reply(caller.http.get(format!("{}/__sim/apps", caller.org.admin_url()))).await.body;
    assert_eq!(*apps, alone);
}

#[tokio::test]
async fn a_rotated_certificate_locks_the_old_key_out_and_lets_the_new_one_in() {
    let caller = Caller::start().await;
    let ((old, certificate), (new, replacement)) = (key(), key());
    caller.org.register_client_certificate(&certificate).unwrap();
    let claims = caller.claims(caller.org.integration_username());
    assert_eq!(caller.token_call(&jwt_form(&assertion(&old, &claims))).await.status, 200);

    let rotated = caller.admin("apps/casegate/rotate-certificate", &json!({ "certificate_pem": replacement })).await;
    assert_eq!((rotated.status, &rotated.body["registered"]), (200, &json!(1)));
    let refused = caller.token_call(&jwt_form(&assertion(&old, &claims))).await;
    assert_eq!(refused.body, denied("invalid_grant", "invalid assertion"));
    assert_eq!(caller.token_call(&jwt_form(&assertion(&new, &claims))).await.status, 200);
    // Sessions from before go on: only getting new ones changed.
    assert_eq!(caller.get("limits").await.status, 200);

    let nonsense = caller.admin("apps/casegate/rotate-certificate", &json!({ "certificate_pem": "x" })).await;
    assert_eq!(nonsense.status, 400);
    assert_eq!(caller.token_call(&jwt_form(&assertion(&new, &claims))).await.status, 200);
    caller.admin("apps/casegate/rotate-certificate", &json!({})).await;
    let refused = caller.token_call(&jwt_form(&assertion(&new, &claims))).await;
    assert_eq!(refused.body, denied("invalid_grant", "invalid assertion"));
}

#[tokio::test]
async fn a_certificate_opens_only_the_app_that_knows_it() {
    let caller = Caller::start().await;
    let (key, certificate) = key();
    let body = json!({ "certificate_pem": certificate, "app": "scripts" });
    assert_eq!(caller.admin("client-certificates", &body).await.body, json!({ "registered": 1 }));
    let mut claims = caller.claims(ANNA);
    let refused = caller.token_call(&jwt_form(&assertion(&key, &claims))).await;
    assert_eq!(refused.body, denied("invalid_grant", "invalid assertion"));
    claims["iss"] = json!(caller.org.app("scripts").unwrap().consumer_key);
    assert_eq!(caller.token_call(&jwt_form(&assertion(&key, &claims))).await.status, 200);
    let unknown = json!({ "certificate_pem": certificate, "app": "nobody" });
    assert_eq!(caller.admin("client-certificates", &unknown).await.status, 400);
}

#[tokio::test]
async fn a_deactivated_user_is_out_everywhere_until_activated() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let answer = app.log_in(&caller, ANNA).await;
    let refresh = answer.body["refresh_token"].as_str().unwrap();
    let pending = app.code(&[], ANNA).await;
    let (key, certificate) = key();
    caller.org.alter_app("scripts", |app| app.register(&certificate)).unwrap().unwrap();
    let mut claims = caller.claims(ANNA);
    claims["iss"] = json!(app.client_id);
    let signed = assertion(&key, &claims);

    assert_eq!(caller.admin("users/anna/deactivate", &json!({})).await.body["active"], false);
    answer.body["access_token"].as_str().unwrap().clone_into(&mut caller.token);
    assert_eq!(caller.get("limits").await.code(), "INVALID_SESSION_ID");
    let inactive = denied("invalid_grant", "inactive user");
    assert_eq!(app.refresh(&caller, refresh).await.body, inactive);
    assert_eq!(caller.token_call(&jwt_form(&signed)).await.body, inactive);
    assert_eq!(app.redeem(&caller, &pending, &[]).await.body["error"], "invalid_grant");
    let page = app.agree(&[], ANNA).await;
    assert!(page.body.as_str().unwrap().contains("Please check your username and password"));

    caller.admin("users/anna/activate", &json!({})).await;
    assert_eq!(app.refresh(&caller, refresh).await.status, 200);
    assert_eq!(caller.token_call(&jwt_form(&signed)).await.status, 200);
    assert_eq!(caller.admin("users/nobody/deactivate", &json!({})).await.status, 400);
}

#[tokio::test]
async fn an_app_whose_run_as_user_is_gone_gets_nothing_by_itself() {
    let caller = Caller::start().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ];
    let off = denied("invalid_grant", "no client credentials user enabled");
    caller.admin("users/integration/deactivate", &json!({})).await;
    assert_eq!(caller.token_call(&form).await.body, off);
    caller.admin("users/integration/activate", &json!({})).await;
    assert_eq!(caller.token_call(&form).await.status, 200);
    caller.admin("apps/casegate", &json!({ "run_as": "" })).await;
    assert_eq!(caller.token_call(&form).await.body, off);
    caller.admin("apps/casegate", &json!({ "run_as": "integration" })).await;
    assert_eq!(caller.token_call(&form).await.status, 200);
}

#[tokio::test]
async fn a_revoked_approval_ends_tokens_and_is_told_by_policy() {
    let mut caller = Caller::start().await;
    let user = json!({ "user": "integration" });
    caller.admin("apps/casegate/revoke-approval", &user).await;
    assert_eq!(caller.get("limits").await.status, 401);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ];
    let refused = caller.token_call(&form).await;
    assert_eq!(refused.body, denied("invalid_app_access", "user is not admin approved to access this app"));
    caller.admin("apps/casegate/approve", &user).await;
    caller.token = caller.client_credentials().await;
    assert_eq!(caller.get("limits").await.status, 200);

    let app = Visitor::of(&caller, "sign_in");
    let answer = app.log_in(&caller, ANNA).await;
    caller.admin("apps/sign_in/revoke-approval", &json!({ "user": "anna" })).await;
    let refused = app.refresh(&caller, answer.body["refresh_token"].as_str().unwrap()).await;
    assert_eq!(refused.body, denied("invalid_grant", "expired access/refresh token"));
}

#[tokio::test]
async fn a_self_authorised_app_needs_that_once_before_jwt_bearer_works() {
    let caller = Caller::start().await;
    let (key, certificate) = key();
    caller.org.alter_app("sign_in", |app| app.register(&certificate)).unwrap().unwrap();
    let app = Visitor::of(&caller, "sign_in");
    let mut claims = caller.claims(ANNA);
    claims["iss"] = json!(app.client_id);
    let signed = assertion(&key, &claims);
    let refused = caller.token_call(&jwt_form(&signed)).await;
    assert_eq!(refused.body, denied("invalid_grant", "user hasn't approved this consumer"));
    assert!(parameter(&app.agree(&[], ANNA).await, "code").is_some());
    assert_eq!(caller.token_call(&jwt_form(&signed)).await.status, 200);
}

#[tokio::test]
async fn blocked_apps_untrusted_addresses_and_too_many_logins_are_told_apart() {
    let caller = Caller::start_with(Options { logins_per_hour: 2, ..options() }).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ];
    caller.admin("apps/casegate", &json!({ "ip_ranges": [["203.0.113.0", "203.0.113.255"]] })).await;
    assert_eq!(caller.token_call(&form).await.body, denied("invalid_grant", "ip restricted"));
    caller.admin("apps/casegate", &json!({ "ip_ranges": [["127.0.0.0", "127.0.0.255"]] })).await;
    assert_eq!(caller.token_call(&form).await.status, 200);
    caller.admin("apps/casegate", &json!({ "blocked": true })).await;
    assert_eq!(caller.token_call(&form).await.body, denied("OAUTH_APP_BLOCKED", "this app is blocked by admin"));
    caller.admin("apps/casegate", &json!({ "blocked": false })).await;
    caller.org.advance_clock(60 * 60 * 1_000);
    for _ in 0..2 {
        assert_eq!(caller.token_call(&form).await.status, 200);
    }
    assert_eq!(caller.token_call(&form).await.body, denied("rate_limit_exceeded", "login rate exceeded"));
    caller.org.advance_clock(60 * 60 * 1_000);
    assert_eq!(caller.token_call(&form).await.status, 200);
    let unknown = caller.admin("apps/casegate", &json!({ "colour": "red" })).await;
    assert_eq!(unknown.status, 422);
}
