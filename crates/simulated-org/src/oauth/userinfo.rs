//! `GET /services/oauth2/userinfo`: whose session is this?

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::org::Org;
use crate::rest::http::{bearer, json_response};

pub async fn show(State(org): State<Arc<Org>>, headers: HeaderMap) -> Response {
    let now = org.clock.now();
    let mut world = org.world();
    let user = bearer(&headers).and_then(|token| world.sessions.user(token, now));
    let row = user.and_then(|user| world.rows.row("User", user));
    let Some(row) = row else { return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response() };
    let id = row.id;
    let text = |field| row.text(field).unwrap_or_default();
    let body = json!({
        "sub": format!("{}/id/{}/{id}", org.url, org.id),
        "user_id": id.to_string(),
        "organization_id": org.id.to_string(),
        "preferred_username": text("Username"),
        "nickname": text("Alias"),
        "name": text("Name"),
        "email": text("Email"),
        "email_verified": true,
        "zoneinfo": text("TimeZoneSidKey"),
        "locale": text("LocaleSidKey"),
        "language": text("LanguageLocaleKey"),
        "active": true,
        "user_type": "STANDARD",
        "utcOffset": 3_600_000,
        "urls": {
            "rest": format!("{}/services/data/v{{version}}/", org.url),
            "query": format!("{}/services/data/v{{version}}/query/", org.url),
            "sobjects": format!("{}/services/data/v{{version}}/sobjects/", org.url),
        },
    });
    json_response(StatusCode::OK, &body)
}
