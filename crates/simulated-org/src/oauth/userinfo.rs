//! `/services/oauth2/userinfo`: whose session is this?
//!
//! Format: OpenID Connect Core 5.3, with Salesforce's members beside the standard ones.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::identity::urls;
use super::origin::Origin;
use super::user::is_active;
use crate::org::Org;
use crate::rest::http::{bearer, json_response};

pub async fn show(State(org): State<Arc<Org>>, origin: Origin, headers: HeaderMap) -> Response {
    let now = org.clock.now();
    let mut world = org.world();
    let user = bearer(&headers).and_then(|token| world.sessions.user(token, now));
    let row = user.and_then(|user| world.rows.row("User", user));
    let Some(row) = row else { return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response() };
    let id = row.id;
    let text = |field| row.text(field).unwrap_or_default();
    let body = json!({
        "sub": origin.identity(&org, id),
        "user_id": id.to_string(),
        "organization_id": org.id.to_string(),
        "preferred_username": text("Username"),
        "nickname": text("Alias"),
        "name": text("Name"),
        "given_name": text("FirstName"),
        "family_name": text("LastName"),
        "email": text("Email"),
        "email_verified": true,
        "zoneinfo": text("TimeZoneSidKey"),
        "locale": text("LocaleSidKey"),
        "language": text("LanguageLocaleKey"),
        "active": is_active(row),
        "user_type": "STANDARD",
        "utcOffset": 3_600_000,
        "urls": urls(&org, &origin, id),
    });
    json_response(StatusCode::OK, &body)
}
