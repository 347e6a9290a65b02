//! `/__sim/apps`: the registered External Client Apps, and what an admin may change about one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{cannot, ok};
use crate::oauth::app::{App, PermittedUsers};
use crate::oauth::scope::wording;
use crate::org::Org;
use crate::start::user_named;

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    ok(show(&org))
}

/// Every app by its nickname, as a client under test needs to know it.
pub fn show(org: &Org) -> Value {
    org.apps.all().into_iter().map(|(nickname, app)| (nickname, one(&app))).collect()
}

fn one(app: &App) -> Value {
    let permitted = match &app.permitted_users {
        PermittedUsers::SelfAuthorised => json!("all users may self-authorize"),
        PermittedUsers::AdminApproved { profiles, permission_sets, users } => {
            let users: Vec<String> = users.iter().map(ToString::to_string).collect();
            json!({ "profiles": profiles, "permission_sets": permission_sets, "users": users })
        }
    };
    json!({
        "label": app.label,
        "client_id": app.consumer_key,
        "client_secret": app.consumer_secret,
        "certificates": app.certificates.len(),
        "callback_urls": app.callback_urls,
        "scopes": app.scopes,
        "permitted_users": permitted,
        "run_as": app.run_as.map(|user| user.to_string()),
        "rotates_refresh_tokens": app.rotates_refresh_tokens,
        "requires_pkce": app.requires_pkce,
        "ip_ranges": app.ip_ranges,
        "blocked": app.blocked,
    })
}

/// What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct Changes {
    callback_urls: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
    /// A user; the empty text turns client credentials off.
    run_as: Option<String>,
    rotates_refresh_tokens: Option<bool>,
    requires_pkce: Option<bool>,
    /// First and last address of each range; none is anywhere.
    ip_ranges: Option<Vec<(IpAddr, IpAddr)>>,
    blocked: Option<bool>,
}

pub async fn change(
    State(org): State<Arc<Org>>,
    Path(nickname): Path<String>,
    Json(changes): Json<Changes>,
) -> Response {
    if let Some(unknown) = changes.scopes.iter().flatten().find(|wanted| !wording::names().any(|name| name == *wanted))
    {
        return cannot(format!("There is no scope {unknown}."));
    }
    let run_as = match changes.run_as.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(name) => match user_named(org.seeded(), name) {
            Some(user) => Some(Some(user)),
            None => return cannot(format!("There is no user {name}.")),
        },
    };
    let changed = org.apps.alter(&nickname, |app| {
        app.callback_urls = changes.callback_urls.unwrap_or(std::mem::take(&mut app.callback_urls));
        app.scopes = changes.scopes.unwrap_or(std::mem::take(&mut app.scopes));
        app.run_as = run_as.unwrap_or(app.run_as);
        app.rotates_refresh_tokens = changes.rotates_refresh_tokens.unwrap_or(app.rotates_refresh_tokens);
        app.requires_pkce = changes.requires_pkce.unwrap_or(app.requires_pkce);
        app.ip_ranges = changes.ip_ranges.unwrap_or(std::mem::take(&mut app.ip_ranges));
        app.blocked = changes.blocked.unwrap_or(app.blocked);
        one(app)
    });
    match changed {
        Some(app) => ok(app),
        None => cannot(format!("There is no app {nickname}.")),
    }
}
