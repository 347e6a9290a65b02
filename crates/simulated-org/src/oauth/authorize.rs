//! `/services/oauth2/authorize`: login form, consent page, and back to the app with a code or an error.
//!
//! A script needs no browser: it posts `username`, `password` and `decision` to the same address and follows nothing.
//!
//! Format: RFC 6749 section 4.1. Errors go back by redirect once app and callback are known to be right.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use self::headers::BROWSER_COOKIE;
use self::request::{AuthorizeRequest, Refusal};
use super::form::Form;
use super::{Denied, approval, user};
use crate::lightning::cookie;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::seed::people::PASSWORD;

pub mod headers;
pub mod pages;
pub mod request;

pub async fn show(State(org): State<Arc<Org>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let request = match AuthorizeRequest::read(&org, query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(refusal) => return refused(&refusal),
    };
    let known = cookie(&headers, BROWSER_COOKIE);
    let known = known.and_then(|cookie| org.world().authorizations.browser_user(cookie, org.clock.now()));
    match known {
        Some(user) if !request.asks_for("login") => settle(&org, request, user, None),
        _ if request.immediate => go_back(&request, &immediate_unsuccessful()),
        _ => pages::login(&request, false),
    }
}

/// What both pages post to.
pub async fn decide(
    State(org): State<Arc<Org>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::posted(&headers, &body);
    if let Err(denied) = form.only(&["username", "password", "decision", "ticket"]) {
        return pages::error(&denied);
    }
    let decision = match form.value("decision") {
        None => None,
        Some("allow") => Some(true),
        Some("deny") => Some(false),
        Some(_) => return pages::error(&Denied::request("decision is allow or deny")),
    };
    let now = org.clock.now();
    if let Some(ticket) = form.value("ticket") {
        let decided = org.world().authorizations.decided(ticket, now);
        return match (decided, decision) {
            (Some((user, request)), Some(_)) => settle(&org, request, user, decision),
            _ => pages::error(&Denied::request("this page is no longer valid")),
        };
    }
    let request = match AuthorizeRequest::read(&org, query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(refusal) => return refused(&refusal),
    };
    let username = form.value("username").unwrap_or_default();
    let (user, browser) = {
        let mut world = org.world();
        let known = user::by_username(&world, username).filter(|row| user::is_active(row)).map(|row| row.id);
        let Some(user) = known.filter(|_| form.value("password") == Some(PASSWORD)) else {
            return pages::login(&request, true);
        };
        (user, world.authorizations.open_browser(user, now))
    };
    let mut response = settle(&org, request, user, decision);
    headers::remember(&mut response, &browser);
    response
}

/// Somebody is logged in: a code, a refusal, or the question whether they agree.
fn settle(org: &Org, request: AuthorizeRequest, user: RecordId, decision: Option<bool>) -> Response {
    let now = org.clock.now();
    let mut world = org.world();
    if !user::active(&world, user) {
        return pages::login(&request, true);
    }
    let agreed = match approval::is_admin_approved(&world, &request.app, user) {
        Ok(true) => true,
        Ok(false) => world.authorizations.has_approved(&request.app, user) && !request.asks_for("consent"),
        Err(denied) => return go_back(&request, &Denied::new("OAUTH_APP_ACCESS_DENIED", denied.description)),
    };
    match decision {
        Some(false) => return go_back(&request, &Denied::new("access_denied", "end-user denied authorization")),
        Some(true) => world.authorizations.approve(&request.app, user),
        None if agreed => {}
        None if request.immediate => return go_back(&request, &immediate_unsuccessful()),
        None => {
            let name = world.rows.row("User", user).and_then(|row| row.text("Name")).unwrap_or_default().to_owned();
            let ticket = world.authorizations.ask(request.clone(), user, now);
            return pages::consent(&request, &name, &ticket);
        }
    }
    let code = world.authorizations.issue_code(&request, user, now);
    found(&request.callback(&[("code", &code)]))
}

fn immediate_unsuccessful() -> Denied {
    Denied::new("immediate_unsuccessful", "the user must log in or approve first")
}

fn refused(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::Here(denied) => pages::error(denied),
        Refusal::Redirect(to) => found(to),
    }
}

fn go_back(request: &AuthorizeRequest, denied: &Denied) -> Response {
    found(&request.callback(&[("error", denied.error), ("error_description", &denied.description)]))
}

fn found(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
