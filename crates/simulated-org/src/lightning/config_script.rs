//! `GET /org/config.js`: who the user is and what they may do, for the page's stand-ins of platform modules.
//!
//! A script of its own, because the page's policy allows none inline.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{ChosenQuery, Visitor, language};
use crate::org::Org;

pub async fn show(State(org): State<Arc<Org>>, Query(chosen): ChosenQuery, headers: HeaderMap) -> Response {
    let Some(visitor) = Visitor::of(&org, &chosen, &headers) else { return StatusCode::NOT_FOUND.into_response() };
    let name = org.world().rows.row("User", visitor.user).and_then(|row| row.text("Name").map(str::to_owned));
    let permissions = &org.grants(visitor.user).custom_permissions;
    let config = json!({
        "user": { "Id": visitor.user.to_string(), "Name": name, "name": name, "isGuest": false },
        "recordId": record_on_page(&headers),
        "permissions": permissions,
        "base": "",
        "connector": org.options.connector_url,
        "language": language(&org, visitor.user),
        "namespace": org.schema.namespace,
    });
    let script = format!("globalThis.__ORG__ = {config};\nglobalThis.lwcRuntimeFlags = {{}};\n");
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, script).into_response()
}

/// The record of the page that asks, by its address.
fn record_on_page(headers: &HeaderMap) -> Option<String> {
    let page = url::Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    let mut segments = page.path_segments()?;
    let is_record = segments.next() == Some("lightning") && segments.next() == Some("r") && segments.next().is_some();
    segments.next().filter(|_| is_record).map(str::to_owned)
}
