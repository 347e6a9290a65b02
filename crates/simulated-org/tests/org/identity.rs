//! What a session and the Org say about themselves: id_token, keys, discovery, identity URL, introspection.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::caller::{Caller, NOW_MS, Reply, reply};
use crate::logins::denied;
use crate::visitor::Visitor;

const ANNA: &str = "agent.anna@example.test";

async fn get(caller: &Caller, path: &str) -> Reply {
    reply(caller.http.get(format!("{}{path}", caller.org.url()))).await
}

#[tokio::test]
async fn an_id_token_is_verified_with_the_published_keys() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let code = app.code(&[("nonce", "n-0S6_WzA2Mj")], ANNA).await;
    let answer = app.redeem(&caller, &code, &[]).await;
    let token = answer.body["id_token"].as_str().unwrap();

    let discovered = get(&caller, "/.well-known/openid-configuration").await.body;
    let keys = reply(caller.http.get(discovered["jwks_uri"].as_str().unwrap())).await.body;
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[discovered["issuer"].as_str().unwrap()]);
    validation.set_audience(&[&app.client_id]);
    // The Org's clock is not this machine's.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(claims["sub"], answer.body["id"]);
    assert_eq!(claims["iat"], NOW_MS / 1_000);
    assert_eq!(claims["exp"], NOW_MS / 1_000 + 120);
    assert_eq!(claims["at_hash"].as_str().unwrap().len(), 22);

    let mut spoilt = token.to_owned().into_bytes();
    let place = spoilt.len() - 20;
    spoilt[place] = if spoilt[place] == b'A' { b'B' } else { b'A' };
    let spoilt = String::from_utf8(spoilt).unwrap();
    assert!(jsonwebtoken::decode::<Value>(&spoilt, &key, &validation).is_err());
    // A refreshed session has no nonce to repeat.
    let refreshed = app.refresh(&caller, answer.body["refresh_token"].as_str().unwrap()).await;
    let again = jsonwebtoken::decode::<Value>(refreshed.body["id_token"].as_str().unwrap(), &key, &validation).unwrap();
    assert!(again.claims.get("nonce").is_none());
}

#[tokio::test]
async fn the_discovery_document_names_what_the_real_one_names() {
    let caller = Caller::start().await;
    let document = get(&caller, "/.well-known/openid-configuration").await.body;
    let base = caller.org.url();
    assert_eq!(document["issuer"], base);
    for (member, path) in [
        ("authorization_endpoint", "/services/oauth2/authorize"),
        ("token_endpoint", "/services/oauth2/token"),
        ("revocation_endpoint", "/services/oauth2/revoke"),
        ("userinfo_endpoint", "/services/oauth2/userinfo"),
        ("introspection_endpoint", "/services/oauth2/introspect"),
        ("registration_endpoint", "/services/oauth2/register"),
        ("jwks_uri", "/id/keys"),
    ] {
        assert_eq!(document[member], format!("{base}{path}"));
    }
    assert_eq!(document["response_types_supported"], json!(["code", "token", "token id_token"]));
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256"]));
    assert!(document.get("code_challenge_methods_supported").is_none());
    assert!(document.get("grant_types_supported").is_none());
}

#[tokio::test]
async fn the_identity_url_describes_its_user_to_who_may_know() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let answer = app.log_in(&caller, ANNA).await;
    let token = answer.body["access_token"].as_str().unwrap();
    let url = answer.body["id"].as_str().unwrap();
    let about = reply(caller.http.get(url).bearer_auth(token)).await.body;
    assert_eq!(about["username"], ANNA);
    assert_eq!(about["display_name"], "Anna Novak");
    assert_eq!(about["user_id"], caller.user("anna"));
    assert_eq!(about["asserted_user"], true);
    assert_eq!(about["urls"]["rest"], format!("{}/services/data/v{{version}}/", caller.org.url()));
    // One client puts the token into the address.
    let query = [("oauth_token", token), ("format", "json")];
    assert_eq!(reply(caller.http.get(url).query(&query)).await.body, about);

    let (org, anna) = (caller.org.org_id(), caller.user("anna"));
    for (path, token, status, word) in [
        (format!("/id/{org}/{anna}"), None, 403, "Missing_OAuth_Token"),
        (format!("/id/{org}/{anna}"), Some("00D!x"), 403, "Bad_OAuth_Token"),
        (format!("/id/00D5g00000ZyXwVEAV/{anna}"), Some(token), 403, "Wrong_Org"),
        (format!("/id/{org}/005000000000000AAA"), Some(token), 404, "Bad_Id"),
    ] {
        let mut request = caller.http.get(format!("{}{path}", caller.org.url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let refused = reply(request).await;
        assert_eq!((refused.status, refused.body), (status, json!(word)), "{path}");
    }
    caller.admin("users/ben/deactivate", &json!({})).await;
    let gone = format!("{}/id/{org}/{}", caller.org.url(), caller.user("ben"));
    let gone = reply(caller.http.get(gone).bearer_auth(token)).await;
    assert_eq!((gone.status, gone.body), (404, json!("Inactive")));
    // Without the API, a person is alone.
    let narrow = Visitor::of(&caller, "sign_in");
    let code = narrow.code(&[("scope", "id")], ANNA).await;
    let narrow = narrow.redeem(&caller, &code, &[]).await;
    let carla = format!("{}/id/{org}/{}", caller.org.url(), caller.user("carla"));
    let hidden = reply(caller.http.get(carla).bearer_auth(narrow.body["access_token"].as_str().unwrap())).await;
    assert_eq!((hidden.status, hidden.body), (404, json!("No_Access")));
}

#[tokio::test]
async fn an_app_learns_what_became_of_its_own_tokens() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let answer = app.log_in(&caller, ANNA).await;
    let url = format!("{}/services/oauth2/introspect", caller.org.url());
    let ask = async |app: &Visitor, token: &str| {
        let request = caller.http.post(&url).form(&[("token", token)]);
        reply(request.basic_auth(&app.client_id, app.client_secret.as_deref())).await
    };
    let access = answer.body["access_token"].as_str().unwrap();
    let expected = json!({
        "active": true,
        "scope": "openid id profile email api web full refresh_token offline_access",
        "client_id": app.client_id,
        "username": ANNA,
        "sub": answer.body["id"],
        "token_type": "access_token",
        "exp": NOW_MS / 1_000 + 2 * 60 * 60,
        "iat": NOW_MS / 1_000,
        "nbf": NOW_MS / 1_000,
    });
    assert_eq!(ask(&app, access).await.body, expected);
    let refresh = ask(&app, answer.body["refresh_token"].as_str().unwrap()).await.body;
    assert_eq!((&refresh["active"], &refresh["token_type"]), (&json!(true), &json!("refresh_token")));
    assert!(refresh.get("exp").is_none());
    assert_eq!(ask(&app, "unknown").await.body, json!({ "active": false }));
    let other = Visitor::of(&caller, "sign_in");
    assert_eq!(ask(&other, access).await.body, json!({ "active": false }));
    caller.org.expire_sessions();
    assert_eq!(ask(&app, access).await.body, json!({ "active": false }));

    let form = [("token", access), ("client_id", &app.client_id), ("client_secret", "x")];
    let refused = reply(caller.http.post(&url).form(&form)).await;
    assert_eq!((refused.status, refused.body), (400, denied("invalid_client", "invalid client credentials")));
    let form = [("token", access), ("client_id", "PlatformCLI")];
    let refused = reply(caller.http.post(&url).form(&form)).await;
    assert_eq!(refused.body["error"], "invalid_client", "an app without a secret asks nothing");
}
