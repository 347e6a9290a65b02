//! `/cometd/NN.0`: platform events over Bayeux long polling.
//!
//! Format: Bayeux 1.0; Streaming API Developer Guide, "Message Durability", "Streaming API Error Codes". Only
//! long-polling exists: anything else, a WebSocket upgrade too, is a 400.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use crate::org::Org;
use crate::record_id::RecordId;
use crate::rest::NEWEST;
use crate::rest::http::{AskedBy, bearer, json_response};

pub mod connect;
pub mod messages;

const OLDEST: u16 = 23;
const COOKIE: &str = "BAYEUX_BROWSER";

/// Who sent a request, as far as its headers tell.
pub struct Sender {
    /// `Err` holds the complaint about the session.
    pub session: Result<(RecordId, String), &'static str>,
    pub cookie: Option<String>,
}

pub async fn handle(
    State(org): State<Arc<Org>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(sentence) = check_version(uri.path()) {
        return (StatusCode::BAD_REQUEST, sentence).into_response();
    }
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if method != Method::POST || headers.contains_key(header::UPGRADE) || !is_json {
        return (StatusCode::BAD_REQUEST, "Only long-polling with application/json is supported").into_response();
    }
    let messages = match serde_json::from_slice(&body) {
        Ok(Value::Array(messages)) => messages,
        Ok(message @ Value::Object(_)) => vec![message],
        _ => return (StatusCode::BAD_REQUEST, "The body holds no Bayeux messages").into_response(),
    };
    let sender = sender(&org, &headers);
    let user = sender.session.as_ref().ok().map(|(user, _)| *user);
    let mut answers = Vec::new();
    let mut new_cookie = None;
    let alone = messages.len() == 1;
    for message in &messages {
        match message["channel"].as_str().unwrap_or_default() {
            "/meta/handshake" => {
                let (answer, cookie) = messages::handshake(&org, &sender, message);
                answers.push(answer);
                new_cookie = cookie.or(new_cookie);
            }
            "/meta/connect" => answers.extend(connect::connect(&org, &sender, message, alone).await),
            "/meta/subscribe" => answers.extend(messages::subscribe(&org, &sender, message)),
            "/meta/unsubscribe" => answers.extend(messages::unsubscribe(&org, &sender, message)),
            "/meta/disconnect" => answers.push(messages::disconnect(&org, &sender, message)),
            _ => answers.push(messages::refused(message, "403::denied_by_security_policy:publish_denied")),
        }
    }
    let mut response = json_response(StatusCode::OK, &answers);
    let cookie = new_cookie.map(|cookie| format!("{COOKIE}={cookie}; Path=/; HttpOnly"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    if let Some(user) = user {
        response.extensions_mut().insert(AskedBy(user));
    }
    response
}

/// `/cometd/67.0`, and whatever a client appends to tell its message types apart.
fn check_version(path: &str) -> Result<(), &'static str> {
    let rest = path.strip_prefix("/cometd").unwrap_or_default().trim_start_matches('/');
    let version = rest.split('/').next().unwrap_or_default();
    if version.is_empty() {
        return Err("API version in the URI is mandatory. URI format: '/cometd/60.0'");
    }
    let number = version.strip_suffix(".0").and_then(|number| number.parse::<u16>().ok());
    if number.is_some_and(|number| (OLDEST..=NEWEST).contains(&number)) {
        return Ok(());
    }
    Err("Unsupported API version. Only API versions '23.0' and above are supported. URI format: '/cometd/60.0'")
}

fn sender(org: &Org, headers: &HeaderMap) -> Sender {
    let session = match bearer(headers) {
        None => Err("401::Request requires authentication"),
        Some(token) => match org.world().sessions.user(token, org.clock.now()) {
            Some(user) => Ok((user, token.to_owned())),
            None => Err("401::Authentication invalid"),
        },
    };
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let cookie = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.trim_matches('"').to_owned());
    Sender { session, cookie }
}
