//! Sessions: how one is got, shown, ended and refused.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use simulated_org::Options;

use crate::caller::{Caller, NOW_MS, assertion, jwt_form, options, reply};

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
        ("aud", json!([caller.org.url()]), "invalid_grant", "Audience validation failed"),
        ("sub", json!("nobody@example.test"), "invalid_grant", "user hasn't approved this consumer"),
        (
            "sub",
            json!("agent.anna@example.test"),
            "invalid_app_access",
            "user is not admin approved to access this app",
        ),
        ("exp", json!(NOW_MS / 1_000 - 3_600), "invalid_grant", "expired authorization code"),
        ("exp", json!(NOW_MS / 1_000 + 3_600), "invalid_grant", "expired authorization code"),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        let answer = caller.token_call(&jwt_form(&assertion(&key, &claims))).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body, denied(error, description));
    }
    for form in [&[("grant_type", "implicit")][..], &[]] {
        let other = caller.token_call(form).await;
        assert_eq!(other.body, denied("unsupported_grant_type", "grant type not supported"));
    }
}

/// An OAuth error's whole body.
pub fn denied(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

#[tokio::test]
async fn only_rs256_signs_an_assertion() {
    let caller = Caller::start().await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    caller.org.register_client_certificate(&certificate).unwrap();
    let claims = caller.claims(caller.org.integration_username());
    // The classic confusion: the certificate as the secret of an HMAC.
    let secret = EncodingKey::from_secret(certificate.as_bytes());
    let by_secret = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &secret).unwrap();
    let rsa = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).unwrap();
    let by_rs512 = jsonwebtoken::encode(&Header::new(Algorithm::RS512), &claims, &rsa).unwrap();
    let good = assertion(&key, &claims);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    for assertion in [by_secret.as_str(), &by_rs512, &unsigned, "not.a.token", "x"] {
        let answer = caller.token_call(&jwt_form(assertion)).await;
        assert_eq!(answer.body, denied("invalid_grant", "invalid assertion"));
    }
    assert_eq!(caller.token_call(&jwt_form(&good)).await.status, 200);
}

#[tokio::test]
async fn strict_jwt_holds_to_the_documented_three_minutes() {
    let caller = Caller::start_with(Options { strict_jwt: true, ..options() }).await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    caller.org.register_client_certificate(&CertificateParams::default().self_signed(&key).unwrap().pem()).unwrap();
    for (ahead, status) in [(180, 200), (181, 400), (1, 200), (0, 400), (-1, 400)] {
        let mut claims = caller.claims(caller.org.integration_username());
        claims["exp"] = json!(NOW_MS / 1_000 + ahead);
        assert_eq!(caller.token_call(&jwt_form(&assertion(&key, &claims))).await.status, status, "{ahead}");
    }
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
    let again = reply(caller.http.post(&revoke).form(&[("token", &caller.token)])).await;
    assert_eq!((again.status, again.body), (400, denied("invalid_token", "invalid token")));
    let odd = [("token", "x"), ("token_type_hint", "id_token")];
    let odd = reply(caller.http.post(&revoke).form(&odd)).await;
    assert_eq!(odd.body, denied("unsupported_token_type", "this token type is not supported"));
    assert_eq!(reply(caller.http.get(&url).bearer_auth(&caller.token)).await.status, 403);
}

#[tokio::test]
async fn a_wrong_client_secret_opens_nothing() {
    let caller = Caller::start().await;
    let form = [("grant_type", "client_credentials"), ("client_id", caller.org.client_id()), ("client_secret", "x")];
    let refused = caller.token_call(&form).await;
    assert_eq!((refused.status, refused.body), (400, denied("invalid_client", "invalid client credentials")));
    assert_eq!(refused.headers["cache-control"], "no-store");
    // Username and password are switched off, as in every new Org.
    let form = [
        ("grant_type", "password"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
        ("username", "agent.anna@example.test"),
        ("password", "Simulated-1"),
    ];
    assert_eq!(caller.token_call(&form).await.body, denied("invalid_grant", "authentication failure"));
}

#[tokio::test]
async fn client_credentials_come_by_basic_too_and_only_on_the_orgs_own_host() {
    let caller = Caller::start().await;
    let url = format!("{}/services/oauth2/token", caller.org.url());
    let basic = || {
        let request = caller.http.post(&url).form(&[("grant_type", "client_credentials")]);
        request.basic_auth(caller.org.client_id(), Some(caller.org.client_secret()))
    };
    let answer = reply(basic()).await;
    let members: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "id", "instance_url", "issued_at", "scope", "signature", "token_type"]);
    assert_eq!(answer.body["issued_at"], NOW_MS.to_string());
    assert_eq!(answer.headers["cache-control"], "no-store");
    let elsewhere = reply(basic().header("host", "login.salesforce.com")).await;
    assert_eq!(elsewhere.body, denied("invalid_grant", "request not supported on this domain"));
}

#[tokio::test]
async fn what_a_token_request_may_not_hold_is_refused() {
    let caller = Caller::start().await;
    let url = format!("{}/services/oauth2/token", caller.org.url());
    let form = |body: &'static str| {
        let request = caller.http.post(&url).header("content-type", "application/x-www-form-urlencoded");
        request.body(body)
    };
    for (body, description) in [
        ("grant_type=refresh_token&refresh_tokn=1", "the simulated org knows no parameter refresh_tokn here"),
        ("grant_type=a&grant_type=b", "parameter grant_type is repeated"),
        ("grant_type=a&format=xml", "the simulated org answers format=json only"),
        ("grant_type=client_credentials&scope=api", "scope parameter not supported"),
        ("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", "missing required parameter: assertion"),
    ] {
        let refused = reply(form(body)).await;
        assert_eq!((refused.status, refused.body), (400, denied("invalid_request", description)), "{body}");
    }
    // What is no form has no grant type.
    let json = reply(caller.http.post(&url).json(&json!({ "grant_type": "client_credentials" }))).await;
    assert_eq!(json.body, denied("unsupported_grant_type", "grant type not supported"));
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let caller = Caller::start().await;
    let jwt = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")];
    let said = caller.token_call(&jwt).await;
    assert_eq!(
        said.body,
        json!({ "error": "invalid_request", "error_description": "missing required parameter: assertion" })
    );
    let user = format!("records/User/{}", caller.user("integration"));
    assert_eq!(caller.admin(&user, &json!({ "IsActive": false })).await.status, 200);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ];
    let said = caller.token_call(&form).await;
    let description = "no client credentials user enabled";
    assert_eq!(said.body, json!({ "error": "invalid_grant", "error_description": description }));
}
