//! Sessions: how one is got, shown, ended and refused.

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

use crate::caller::{Caller, NOW_MS, assertion, jwt_form, reply};

#[tokio::test]
async fn a_registered_certificate_opens_a_session_that_never_names_its_end() {
    let caller = Caller::start().await;
    let token = caller.log_in(caller.org.integration_username()).await;
    assert!(token.starts_with("00D5g00000AbCdE!AQ"));

    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    caller.org.register_client_certificate(&certificate).unwrap();
    let claims = caller.claims(caller.org.integration_username());
    let answer = caller.token_call(&jwt_form(&assertion(&key, &claims))).await;
    let members: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "id", "instance_url", "scope", "token_type"]);
    assert_eq!(answer.body["instance_url"], caller.org.url());
}

#[tokio::test]
async fn assertions_are_refused_with_the_documented_words() {
    let caller = Caller::start().await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let good = caller.claims(caller.org.integration_username());

    let unknown_key = caller.token_call(&jwt_form(&assertion(&key, &good))).await;
    assert_eq!((unknown_key.status, &unknown_key.body["error"]), (400, &json!("invalid_grant")));

    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    caller.org.register_client_certificate(&certificate).unwrap();
    for (claim, value, error, description) in [
        ("iss", json!("3MVG9.other"), "invalid_client_id", "client identifier invalid"),
        ("aud", json!("https://example.com"), "invalid_grant", "Audience validation failed"),
        ("sub", json!("nobody@example.test"), "invalid_grant", "user hasn't approved this consumer"),
        ("exp", json!(NOW_MS / 1_000 - 3_600), "invalid_grant", "expired authorization code"),
        ("exp", json!(NOW_MS / 1_000 + 3_600), "invalid_grant", "expired authorization code"),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        let answer = caller.token_call(&jwt_form(&assertion(&key, &claims))).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body, json!({ "error": error, "error_description": description }));
    }
    let other = caller.token_call(&[("grant_type", "password")]).await;
    assert_eq!(other.body["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn milliseconds_and_text_are_expiries_too() {
    let caller = Caller::start().await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    caller.org.register_client_certificate(&CertificateParams::default().self_signed(&key).unwrap().pem()).unwrap();
    for expiry in [json!(NOW_MS + 100_000), json!((NOW_MS / 1_000 + 100).to_string())] {
        let mut claims = caller.claims(caller.org.integration_username());
        claims["exp"] = expiry;
        claims["aud"] = json!(format!("{}/", caller.org.url()));
        assert_eq!(caller.token_call(&jwt_form(&assertion(&key, &claims))).await.status, 200);
    }
}

#[tokio::test]
async fn an_expired_session_is_refused_everywhere_until_a_new_one_is_got() {
    let mut caller = Caller::start().await;
    assert_eq!(caller.get("limits").await.status, 200);
    assert_eq!(caller.org.expire_sessions(), 1);
    let refused = caller.get("limits").await;
    assert_eq!(
        (refused.status, refused.code(), refused.message()),
        (401, "INVALID_SESSION_ID", "Session expired or invalid")
    );
    assert_eq!(caller.post("sobjects/Case", &json!({})).await.status, 401);
    caller.token = caller.client_credentials().await;
    assert_eq!(caller.get("limits").await.status, 200);
    caller.org.advance_clock(3 * 60 * 60 * 1_000);
    assert_eq!(caller.get("limits").await.code(), "INVALID_SESSION_ID");
}

#[tokio::test]
async fn userinfo_tells_whose_session_it_is_until_it_is_revoked() {
    let caller = Caller::start().await;
    let url = format!("{}/services/oauth2/userinfo", caller.org.url());
    let info = reply(caller.http.get(&url).bearer_auth(&caller.token)).await;
    assert_eq!(info.body["user_id"], caller.user("integration"));
    assert_eq!(info.body["organization_id"], caller.org.org_id());
    let revoke = format!("{}/services/oauth2/revoke", caller.org.url());
    assert_eq!(reply(caller.http.post(&revoke).form(&[("token", &caller.token)])).await.status, 200);
    assert_eq!(reply(caller.http.post(&revoke).form(&[("token", &caller.token)])).await.status, 400);
    assert_eq!(reply(caller.http.get(&url).bearer_auth(&caller.token)).await.status, 403);
}

#[tokio::test]
async fn a_wrong_client_secret_opens_nothing() {
    let caller = Caller::start().await;
    let form = [("grant_type", "client_credentials"), ("client_id", caller.org.client_id()), ("client_secret", "x")];
    let refused = caller.token_call(&form).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("invalid_client")));
}
