//! Refresh tokens: what they give, how they rotate, what ends them.

use serde_json::{Value, json};

use crate::caller::{Caller, Reply, reply};
use crate::logins::denied;
use crate::visitor::Visitor;

const ANNA: &str = "agent.anna@example.test";

fn text(reply: &Reply, member: &str) -> String {
    reply.body[member].as_str().unwrap_or_else(|| panic!("{member} in {reply:?}")).to_owned()
}

fn dead() -> Value {
    denied("invalid_grant", "expired access/refresh token")
}

async fn limits(caller: &mut Caller, token: &str) -> u16 {
    token.clone_into(&mut caller.token);
    caller.get("limits").await.status
}

#[tokio::test]
async fn without_rotation_one_token_serves_again_and_again() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let first = app.log_in(&caller, ANNA).await;
    let refresh = text(&first, "refresh_token");
    for _ in 0..2 {
        caller.org.expire_sessions();
        let answer = app.refresh(&caller, &refresh).await;
        assert!(answer.body.get("refresh_token").is_none());
        assert!(answer.body.get("expires_in").is_none());
        for member in ["signature", "issued_at", "id_token", "instance_url", "id", "scope", "token_type"] {
            assert!(answer.body[member].is_string(), "{member}");
        }
        assert_eq!(limits(&mut caller, &text(&answer, "access_token")).await, 200);
    }
}

#[tokio::test]
async fn a_rotated_token_that_comes_back_ends_the_current_one_and_its_sessions() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let other = app.log_in(&caller, ANNA).await;
    let first = app.log_in(&caller, ANNA).await;
    let second = app.refresh(&caller, &text(&first, "refresh_token")).await;
    let (old, current) = (text(&first, "refresh_token"), text(&second, "refresh_token"));
    assert_ne!(old, current);
    assert_eq!(limits(&mut caller, &text(&second, "access_token")).await, 200);

    assert_eq!(app.refresh(&caller, &old).await.body, dead());
    assert_eq!(app.refresh(&caller, &current).await.body, dead());
    assert_eq!(limits(&mut caller, &text(&first, "access_token")).await, 401);
    assert_eq!(limits(&mut caller, &text(&second, "access_token")).await, 401);
    // Another login of the same person goes on.
    assert_eq!(limits(&mut caller, &text(&other, "access_token")).await, 200);
    assert_eq!(app.refresh(&caller, &text(&other, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_serves_its_own_app_only() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "sign_in");
    let refresh = text(&app.log_in(&caller, ANNA).await, "refresh_token");
    assert_eq!(Visitor::of(&caller, "scripts").refresh(&caller, &refresh).await.body, dead());
    assert_eq!(app.refresh(&caller, "5Aep861nobody").await.body, dead());
    assert_eq!(app.refresh(&caller, &refresh).await.status, 200);
}

#[tokio::test]
async fn the_sixth_login_of_a_person_with_an_app_drops_the_oldest() {
    let caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let mut tokens = Vec::new();
    for _ in 0..6 {
        tokens.push(text(&app.log_in(&caller, ANNA).await, "refresh_token"));
    }
    assert_eq!(app.refresh(&caller, &tokens[0]).await.body, dead());
    assert_eq!(app.refresh(&caller, &tokens[1]).await.status, 200);
    assert_eq!(app.refresh(&caller, &tokens[5]).await.status, 200);
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_what_came_with_it() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let answer = app.log_in(&caller, ANNA).await;
    let refresh = text(&answer, "refresh_token");
    let url = format!("{}/services/oauth2/revoke", caller.org.url());
    assert_eq!(reply(caller.http.get(&url).query(&[("token", &refresh)])).await.status, 200);
    assert_eq!(limits(&mut caller, &text(&answer, "access_token")).await, 401);
    assert_eq!(app.refresh(&caller, &refresh).await.body, dead());
    let again = reply(caller.http.post(&url).form(&[("token", &refresh)])).await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("invalid_token")));
}

#[tokio::test]
async fn revoking_an_access_token_leaves_the_refresh_token() {
    let mut caller = Caller::start().await;
    let app = Visitor::of(&caller, "scripts");
    let answer = app.log_in(&caller, ANNA).await;
    let access = text(&answer, "access_token");
    let url = format!("{}/services/oauth2/revoke", caller.org.url());
    assert_eq!(reply(caller.http.post(&url).form(&[("token", &access)])).await.status, 200);
    assert_eq!(limits(&mut caller, &access).await, 401);
    assert_eq!(app.refresh(&caller, &text(&answer, "refresh_token")).await.status, 200);
}
