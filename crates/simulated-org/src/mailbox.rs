//! `/mailbox`: the customers' mail as on a phone, to look at in the demo and to click through in browser tests.
//!
//! A mail's HTML is shown in a frame whose policy runs no script of the mail's. Its links are opened by the page around
//! it: in the named frame of `?target=phone`, else in a new tab.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::json;

use crate::mail_sink::Mail;
use crate::org::Org;
use crate::rest::http::json_response;

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                           frame-src 'self'; base-uri 'none'; form-action 'none'";
/// A mail may style itself and show pictures it carries. Nothing it says is fetched or run.
const MAIL_POLICY: &str = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
                           base-uri 'none'";

pub async fn page() -> Response {
    let headers = [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY), (header::CACHE_CONTROL, "no-cache")];
    (headers, Html(include_str!("../pages/mailbox/mailbox.html"))).into_response()
}

pub async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (kind, include_str!("../pages/mailbox/mailbox.css")).into_response()
}

pub async fn script() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (kind, include_str!("../pages/mailbox/mailbox.js")).into_response()
}

/// What the list shows of each mail, newest first.
pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let mails = org.mails.all();
    let listed: Vec<_> = mails.iter().rev().map(summary).collect();
    json_response(StatusCode::OK, &listed)
}

fn summary(mail: &Mail) -> serde_json::Value {
    let text = mail.text.as_deref().unwrap_or_default();
    let preview: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(140).collect();
    json!({
        "number": mail.number,
        "from": mail.from,
        "to": mail.to,
        "subject": mail.subject,
        "preview": preview,
        "received_at": mail.received_at,
    })
}

#[derive(Template)]
#[template(path = "text_mail.html")]
struct TextMail<'a> {
    subject: &'a str,
    text: &'a str,
}

/// The body alone, as the frame shows it.
pub async fn message(State(org): State<Arc<Org>>, Path(number): Path<usize>) -> Response {
    let Some(mail) = org.mails.one(number) else { return StatusCode::NOT_FOUND.into_response() };
    let html = match &mail.html {
        Some(html) => Ok(html.clone()),
        None => TextMail { subject: &mail.subject, text: mail.text.as_deref().unwrap_or_default() }.render(),
    };
    let Ok(html) = html else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    ([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response()
}
