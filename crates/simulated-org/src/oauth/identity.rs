//! `GET /id/{org}/{user}`: the identity URL that token answers name as `id`.
//!
//! Format: Salesforce Help, "Identity URLs"; `{version}` in an address is for the client to fill in.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::form::Form;
use super::origin::Origin;
use super::user::is_active;
use super::{Denied, scope};
use crate::cell::show_moment;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::rest::http::{bearer, json_response};

/// The token comes in the header, or as `oauth_token`, which one published client sends as well.
pub async fn show(
    State(org): State<Arc<Org>>,
    origin: Origin,
    Path((organization, user)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Form::read(query.unwrap_or_default().as_bytes());
    if let Err(denied) = only_json(&query) {
        return denied.response();
    }
    let token = bearer(&headers).or_else(|| query.value("oauth_token"));
    match describe(&org, &origin, &organization, &user, token) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err((status, word)) => (status, word).into_response(),
    }
}

fn only_json(query: &Form) -> Result<(), Denied> {
    query.only(&["oauth_token", "format", "version"])?;
    match query.value("format") {
        None | Some("json") => Ok(()),
        Some(_) => Err(Denied::request("the simulated org answers format=json only")),
    }
}

fn describe(
    org: &Org,
    origin: &Origin,
    organization: &str,
    user: &str,
    token: Option<&str>,
) -> Result<Value, (StatusCode, &'static str)> {
    let token = token.ok_or((StatusCode::FORBIDDEN, "Missing_OAuth_Token"))?;
    let mut world = org.world();
    let session = world.sessions.used(token, org.clock.now()).cloned();
    let session = session.ok_or((StatusCode::FORBIDDEN, "Bad_OAuth_Token"))?;
    if RecordId::parse(organization) != Some(org.id) {
        return Err((StatusCode::FORBIDDEN, "Wrong_Org"));
    }
    let row = RecordId::parse(user).and_then(|user| world.rows.row("User", user));
    let row = row.ok_or((StatusCode::NOT_FOUND, "Bad_Id"))?;
    if !is_active(row) {
        return Err((StatusCode::NOT_FOUND, "Inactive"));
    }
    // Somebody else's identity is for tokens that open the API.
    if row.id != session.user && !scope::opens_api(&session.scopes) {
        return Err((StatusCode::NOT_FOUND, "No_Access"));
    }
    let text = |field| row.text(field).unwrap_or_default();
    let modified = match row.cell("LastModifiedDate") {
        crate::cell::Cell::Moment(moment) => show_moment(*moment),
        _ => String::new(),
    };
    Ok(json!({
        "id": origin.identity(org, row.id),
        "asserted_user": row.id == session.user,
        "user_id": row.id.to_string(),
        "organization_id": org.id.to_string(),
        "username": text("Username"),
        "nick_name": text("Alias"),
        "display_name": text("Name"),
        "first_name": text("FirstName"),
        "last_name": text("LastName"),
        "email": text("Email"),
        "email_verified": true,
        "timezone": text("TimeZoneSidKey"),
        "active": true,
        "user_type": "STANDARD",
        "language": text("LanguageLocaleKey"),
        "locale": text("LocaleSidKey"),
        "utcOffset": 3_600_000,
        "last_modified_date": modified,
        "is_app_installed": true,
        "urls": urls(org, origin, row.id),
    }))
}

/// Where a client finds the rest of the API.
pub fn urls(org: &Org, origin: &Origin, user: RecordId) -> Value {
    let base = &origin.url;
    json!({
        "metadata": format!("{base}/services/Soap/m/{{version}}/{}", org.id.short()),
        "rest": format!("{base}/services/data/v{{version}}/"),
        "sobjects": format!("{base}/services/data/v{{version}}/sobjects/"),
        "query": format!("{base}/services/data/v{{version}}/query/"),
        "search": format!("{base}/services/data/v{{version}}/search/"),
        "profile": format!("{base}/{user}"),
        "custom_domain": base,
    })
}
