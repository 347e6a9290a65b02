//! The Org's pages on the way to a code: log in, agree, or learn what is wrong.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use super::headers;
use super::request::AuthorizeRequest;
use crate::oauth::Denied;
use crate::oauth::scope::wording;
use crate::seed::people::PASSWORD;

#[derive(Template)]
#[template(path = "oauth_login.html")]
struct LoginPage<'a> {
    app: &'a str,
    password: &'static str,
    hint: &'a str,
    failed: bool,
}

#[derive(Template)]
#[template(path = "oauth_consent.html")]
struct ConsentPage<'a> {
    app: &'a str,
    person: &'a str,
    scopes: Vec<&'static str>,
    ticket: &'a str,
}

#[derive(Template)]
#[template(path = "oauth_error.html")]
struct ErrorPage<'a> {
    error: &'a str,
    description: &'a str,
}

/// Both forms post to the address they were shown at, which still holds the app's request.
pub fn login(request: &AuthorizeRequest, failed: bool) -> Response {
    let hint = request.login_hint.as_deref().unwrap_or_default();
    shown(StatusCode::OK, &LoginPage { app: &request.app.label, password: PASSWORD, hint, failed })
}

pub fn consent(request: &AuthorizeRequest, person: &str, ticket: &str) -> Response {
    let scopes = wording::sentences(&request.scopes);
    shown(StatusCode::OK, &ConsentPage { app: &request.app.label, person, scopes, ticket })
}

pub fn error(denied: &Denied) -> Response {
    shown(StatusCode::BAD_REQUEST, &ErrorPage { error: denied.error, description: &denied.description })
}

fn shown(status: StatusCode, page: &impl Template) -> Response {
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = (status, Html(html)).into_response();
    headers::guard(&mut response);
    response
}
