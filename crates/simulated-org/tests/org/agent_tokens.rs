//! Tokens as the Org's Apex would mint them, and the broken ones a connector must refuse.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use simulated_org::TokenOverrides;
use simulated_org::agent_token::{AgentSigner, TokenSubject};
use simulated_org::record_id::RecordId;

use crate::caller::{Caller, NOW_MS, repository};

fn verify(caller: &Caller, token: &str) -> Option<Value> {
    let key = DecodingKey::from_rsa_pem(caller.org.agent_certificate_pem().as_bytes()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
}

#[tokio::test]
async fn a_token_holds_exactly_the_agreed_claims() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let token = caller.org.mint_agent_token("anna", Some(&case), &TokenOverrides::default()).unwrap();
    let claims = verify(&caller, &token).unwrap();
    let issued = NOW_MS / 1_000;
    assert_eq!(
        claims,
        json!({
            "iss": caller.org.org_id(), "sub": caller.user("anna"), "aud": "http://127.0.0.1:8443",
            "perms": ["Casegate_Open_Files", "Casegate_Request_Files", "Casegate_Revoke_Requests"],
            "iat": issued, "exp": issued + 300, "jti": claims["jti"], "case": case,
        })
    );
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert!(text.starts_with("{\"iss\":") && text.ends_with(&format!("\"case\":\"{case}\"}}")));
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header, r#"{"alg":"RS256","typ":"JWT","kid":"Casegate_Agent_Token"}"#);
}

#[tokio::test]
async fn broken_tokens_can_be_had_over_the_admin_port() {
    let caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    for signature in ["other_key", "absent", "altered"] {
        let body = json!({ "user": "ben", "case": case, "overrides": { "signature": signature } });
        let token = caller.admin("agent-tokens", &body).await.body["token"].as_str().unwrap().to_owned();
        assert_eq!(verify(&caller, &token), None, "{signature}");
    }
    let overrides = json!({ "claims": { "exp": 1, "jti": null }, "shift_seconds": -90 });
    let body = json!({ "user": "anna", "case": case, "overrides": overrides });
    let token = caller.admin("agent-tokens", &body).await.body["token"].as_str().unwrap().to_owned();
    let claims = verify(&caller, &token).unwrap();
    assert_eq!((&claims["exp"], claims.get("jti")), (&json!(1), None));
    assert_eq!(claims["iat"], NOW_MS / 1_000 - 90);
    let unknown = json!({ "user": "anna", "overrides": { "nonsense": 1 } });
    assert_eq!(caller.admin("agent-tokens", &unknown).await.status, 422);
}

#[tokio::test]
async fn the_golden_token_comes_out_byte_for_byte() {
    let golden = std::fs::read_to_string(repository().join("tests/payloads/agent-token.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let claims = &golden["claims"];
    let id = |name: &str| RecordId::parse(claims[name].as_str().unwrap()).unwrap();
    let signer =
        AgentSigner::from_pem(&text(&golden["test_only_private_key_pem"]), &text(&golden["certificate_pem"])).unwrap();
    let audience = text(&claims["aud"]);
    let subject = TokenSubject {
        org: id("iss"),
        user: id("sub"),
        case: Some(id("case")),
        audience: &audience,
        permissions: claims["perms"].as_array().unwrap().iter().map(text).collect(),
    };
    let mut overrides = TokenOverrides::default();
    overrides.claims.insert("jti".to_owned(), claims["jti"].clone());
    let minted = signer.mint(&subject, claims["iat"].as_i64().unwrap() * 1_000, &overrides).unwrap();
    assert_eq!(minted, text(&golden["token"]));
}
