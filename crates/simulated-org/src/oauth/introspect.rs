//! `POST /services/oauth2/introspect`: an app asks what became of a token it was given.
//!
//! Format: RFC 7662. Units: seconds since 1970.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::form::Form;
use super::origin::Origin;
use super::refresh_tokens::Found;
use super::{Denied, client, uncached};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::sessions::IDLE_MS;

pub async fn introspect(State(org): State<Arc<Org>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    match look(&org, &origin, &headers, &Form::posted(&headers, &body)) {
        Ok(found) => uncached(StatusCode::OK, &found),
        Err(denied) => denied.response(),
    }
}

fn look(org: &Org, origin: &Origin, headers: &HeaderMap, form: &Form) -> Result<Value, Denied> {
    form.only(&["token", "token_type_hint", "client_id", "client_secret"])?;
    let app = client::confidential(org, headers, form)?;
    let token = form.required("token")?;
    let hint = form.value("token_type_hint");
    if !matches!(hint, None | Some("access_token" | "refresh_token")) {
        return Err(Denied::new("unsupported_token_type", "this token type is not supported"));
    }
    let world = org.world();
    let about = |user: RecordId, scopes: &[String], kind: &str, issued_at: i64| {
        let username = world.rows.row("User", user).and_then(|row| row.text("Username")).unwrap_or_default();
        json!({
            "active": true,
            "scope": scopes.join(" "),
            "client_id": app.consumer_key,
            "username": username,
            "sub": origin.identity(org, user),
            "token_type": kind,
            "iat": issued_at.div_euclid(1_000),
            "nbf": issued_at.div_euclid(1_000),
        })
    };
    // An app learns nothing about the tokens of another.
    if let Some(session) = world.sessions.find(token, org.clock.now())
        && session.consumer_key == app.consumer_key
        && hint != Some("refresh_token")
    {
        let mut found = about(session.user, &session.scopes, "access_token", session.opened_at);
        found["exp"] = json!((session.used_at + IDLE_MS).div_euclid(1_000));
        return Ok(found);
    }
    if let Found::Current(family) = world.authorizations.refresh_tokens.find(token)
        && family.consumer_key == app.consumer_key
        && hint != Some("access_token")
    {
        return Ok(about(family.user, &family.scopes, "refresh_token", family.issued_at));
    }
    Ok(json!({ "active": false }))
}
