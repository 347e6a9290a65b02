//! People who log in: the address they are sent to, and everything that must hold when they come back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use salesforce_client::{LoginAttempt, LoginError, LoginReturn, LoginSettings, OrgError, WebLogin};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    connection::{MovableClock, PRIVATE_KEY, START},
    stand_in::{StandIn, empty, json as answer},
};

const RANDOM: [u8; 96] = [9; 96];

/// What the stand-in puts into an id_token, given the nonce.
type Claims = Arc<Mutex<Value>>;

struct Login {
    org: StandIn,
    clock: MovableClock,
    app: WebLogin,
    claims: Claims,
    /// Of the key that the Org signs with.
    key_id: Arc<Mutex<String>>,
}

fn discovery(base: &str) -> Value {
    // As the real login host answers: no word about PKCE or grant types.
    json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/services/oauth2/authorize"),
        "token_endpoint": format!("{base}/services/oauth2/token"),
        "revocation_endpoint": format!("{base}/services/oauth2/revoke"),
        "introspection_endpoint": format!("{base}/services/oauth2/introspect"),
        "userinfo_endpoint": format!("{base}/services/oauth2/userinfo"),
        "jwks_uri": format!("{base}/id/keys"),
        "response_types_supported": ["code", "token", "token id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

fn encoding_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(PRIVATE_KEY.as_bytes()).unwrap()
}

fn login_with(alter_discovery: impl Fn(&mut Value) + Send + Sync + 'static) -> Login {
    let base = Arc::new(Mutex::new(String::new()));
    let claims: Claims = Arc::default();
    let key_id = Arc::new(Mutex::new("218".to_owned()));
    let org = StandIn::start({
        let (base, claims, key_id) = (base.clone(), claims.clone(), key_id.clone());
        move |request| match request.path.as_str() {
            "/.well-known/openid-configuration" => {
                let mut document = discovery(&base.lock().unwrap());
                alter_discovery(&mut document);
                answer(200, document)
            }
            "/id/keys" => {
                let mut key = Jwk::from_encoding_key(&encoding_key(), Algorithm::RS256).unwrap();
                key.common.key_id = Some(key_id.lock().unwrap().clone());
                answer(200, json!({"keys": [key]}))
            }
            "/services/oauth2/introspect" => answer(200, json!({"active": true, "scope": "openid api"})),
            "/services/oauth2/revoke" => empty(200),
            _ if request.body.contains("code=used") => {
                answer(400, json!({"error": "invalid_grant", "error_description": "expired authorization code"}))
            }
            _ => {
                let mut header = Header::new(Algorithm::RS256);
                header.kid = Some(key_id.lock().unwrap().clone());
                let id_token = jsonwebtoken::encode(&header, &*claims.lock().unwrap(), &encoding_key()).unwrap();
                answer(
                    200,
                    json!({"access_token": "00D!AQ", "refresh_token": "5Aep", "id_token": id_token,
                    "scope": "openid api refresh_token", "token_type": "Bearer", "issued_at": "1795277892000",
                    "instance_url": "https://example.my.salesforce.com", "signature": "x",
                    "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA"}),
                )
            }
        }
    });
    base.lock().unwrap().clone_from(&org.url);
    let clock = MovableClock::new();
    let settings = LoginSettings {
        login_url: org.url.clone(),
        client_id: "consumer-key".to_owned(),
        client_secret: Some("consumer-secret".to_owned().into()),
        redirect_uri: "https://files.example.com/console/callback".to_owned(),
        scopes: vec!["refresh_token".to_owned()],
        timeout: Duration::from_secs(5),
        allow_loopback: true,
    };
    let app = WebLogin::new(settings, clock.reader()).unwrap();
    Login { org, clock, app, claims, key_id }
}

impl Login {
    fn new() -> Self {
        login_with(|_| {})
    }

    async fn begin(&self) -> (LoginAttempt, HashMap<String, String>) {
        let attempt = self.app.begin(&RANDOM).await.unwrap();
        let query: HashMap<_, _> = Url::parse(&attempt.url).unwrap().query_pairs().into_owned().collect();
        *self.claims.lock().unwrap() = json!({
            "iss": self.org.url,
            "aud": "consumer-key",
            "sub": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
            "iat": START / 1000,
            "exp": START / 1000 + 120,
            "nonce": query["nonce"],
            "at_hash": BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(b"00D!AQ")[..16]),
        });
        (attempt, query)
    }
}

fn returned(code: &str, state: &str) -> LoginReturn {
    LoginReturn { code: Some(code.to_owned()), state: Some(state.to_owned()), ..LoginReturn::default() }
}

#[tokio::test]
async fn a_person_is_sent_to_the_org_with_state_nonce_and_s256() {
    let login = Login::new();
    let (attempt, query) = login.begin().await;
    assert!(attempt.url.starts_with(&format!("{}/services/oauth2/authorize?", login.org.url)));
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], "consumer-key");
    assert_eq!(query["redirect_uri"], "https://files.example.com/console/callback");
    assert_eq!(query["scope"], "openid refresh_token");
    assert_eq!(query["code_challenge_method"], "S256");
    let verifier = BASE64_URL_SAFE_NO_PAD.encode(&RANDOM[64..]);
    assert_eq!(query["code_challenge"], BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    assert!(query["state"].len() == 43 && query["nonce"].len() == 43);
    assert!(!attempt.url.contains("secret"));
}

#[tokio::test]
async fn whoever_comes_back_with_a_good_code_is_known() {
    let login = Login::new();
    let (attempt, query) = login.begin().await;
    let person = login.app.finish(attempt, &returned("aPrx", &query["state"])).await.unwrap();
    assert_eq!(person.identity.organization_id.as_str(), "00D000000000001EAA");
    assert_eq!(person.identity.user_id.as_str(), "005000000000001AAA");
    assert_eq!(person.refresh_token.unwrap().as_str(), "5Aep");
    let exchange = login.org.seen().into_iter().find(|seen| seen.path == "/services/oauth2/token").unwrap().body;
    for part in ["grant_type=authorization_code", "code=aPrx", "code_verifier=", "client_secret=consumer-secret"] {
        assert!(exchange.contains(part), "{part} is not in {exchange}");
    }
}

#[tokio::test]
async fn an_attempt_survives_being_written_down() {
    let login = Login::new();
    let (attempt, query) = login.begin().await;
    let attempt = serde_json::from_str(&serde_json::to_string(&attempt).unwrap()).unwrap();
    login.app.finish(attempt, &returned("aPrx", &query["state"])).await.unwrap();
}

#[tokio::test]
async fn nothing_is_exchanged_for_a_stranger() {
    let login = Login::new();
    for (state, advance) in [("", 0), ("another", 0), ("right", 600_001)] {
        let (attempt, query) = login.begin().await;
        login.clock.advance_millis(advance);
        let state = if state == "right" { &query["state"] } else { state };
        let refused = login.app.finish(attempt, &returned("aPrx", state)).await.err().unwrap();
        assert!(matches!(refused, LoginError::Mismatched(_)), "{refused}");
    }
    let (attempt, _) = login.begin().await;
    let forged = LoginReturn { error: Some("access_denied".to_owned()), ..LoginReturn::default() };
    let refused = login.app.finish(attempt, &forged).await.err().unwrap();
    assert!(matches!(refused, LoginError::Mismatched(_)), "not even an error is believed without its state: {refused}");
    assert!(login.org.seen().iter().all(|seen| seen.path != "/services/oauth2/token"));
}

#[tokio::test]
async fn a_person_who_declines_is_told_what_the_org_said() {
    let login = Login::new();
    let (attempt, query) = login.begin().await;
    let declined = LoginReturn {
        state: query.get("state").cloned(),
        error: Some("access_denied".to_owned()),
        error_description: Some("end-user denied authorization".to_owned()),
        ..LoginReturn::default()
    };
    let refused = login.app.finish(attempt, &declined).await.err().unwrap();
    assert!(matches!(&refused, LoginError::Declined { code, .. } if code == "access_denied"), "{refused}");
    let (attempt, query) = login.begin().await;
    let refused = login.app.finish(attempt, &returned("used", &query["state"])).await.err().unwrap();
    assert!(matches!(&refused, LoginError::Declined { message, .. } if message == "expired authorization code"));
}

#[tokio::test]
async fn every_claim_of_the_id_token_must_hold() {
    for (claim, wrong) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("another-app")),
        ("aud", json!(["another-app"])),
        ("azp", json!("another-app")),
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("exp", json!(START / 1000 - 60)),
        ("iat", json!(START / 1000 + 61)),
        ("at_hash", json!("another")),
        ("sub", json!("someone@example.com")),
        ("sub", json!("https://login.salesforce.com/id/005000000000001AAA/00D000000000001EAA")),
    ] {
        let login = Login::new();
        let (attempt, query) = login.begin().await;
        login.claims.lock().unwrap()[claim] = wrong.clone();
        let refused = login.app.finish(attempt, &returned("aPrx", &query["state"])).await.err();
        assert!(matches!(refused, Some(LoginError::Mismatched(_))), "{claim} {wrong}: {refused:?}");
    }
}

#[tokio::test]
async fn new_keys_are_fetched_when_the_org_signs_with_one_we_do_not_know() {
    let login = Login::new();
    for key_id in ["218", "220"] {
        *login.key_id.lock().unwrap() = key_id.to_owned();
        let (attempt, query) = login.begin().await;
        login.app.finish(attempt, &returned("aPrx", &query["state"])).await.unwrap();
        login.clock.advance_millis(60_000);
        login.clock.advance_millis(-60_000 * i64::from(key_id == "220"));
    }
    assert_eq!(login.org.seen().iter().filter(|seen| seen.path == "/id/keys").count(), 2);
}

#[tokio::test]
async fn an_endpoint_outside_the_org_is_never_called() {
    for (member, stranger) in [
        ("token_endpoint", "https://evil.example/token"),
        ("token_endpoint", "http://example.my.salesforce.com/token"),
        ("jwks_uri", "https://salesforce.com.evil.example/keys"),
        ("authorization_endpoint", "https://user@login.salesforce.com/x"),
        ("issuer", "https://login.salesforce.com"),
    ] {
        let login = login_with(move |document| document[member] = json!(stranger));
        let refused = login.app.begin(&RANDOM).await.err().unwrap();
        assert!(matches!(refused, OrgError::FixRequest { .. }), "{member} {stranger}: {refused}");
    }
}

#[tokio::test]
async fn a_token_can_be_asked_about_and_ended() {
    let login = Login::new();
    assert!(login.app.introspect("00D!AQ").await.unwrap().active);
    login.app.revoke("5Aep").await.unwrap();
    let seen = login.org.seen();
    assert_eq!(seen[1].body, "token=00D%21AQ&client_id=consumer-key&client_secret=consumer-secret");
    assert_eq!(seen[2].body, "token=5Aep");
}
