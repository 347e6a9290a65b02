//! The gate in front of every route of the Org's own port: logs each request and lets faults strike.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use futures_util::stream;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Effect;
use crate::files::receive::is_upload;
use crate::org::Org;
use crate::request_log::{LoggedRequest, error_codes};
use crate::rest::http::{AskedBy, UnknownRoute, json_response};
use crate::server::Breaker;

const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

pub async fn gate(State(org): State<Arc<Org>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (bytes, body) = if is_upload(&parts.headers) {
        // Files pass through as they come: no rule looks into them, and no log keeps their digest.
        (Bytes::new(), body)
    } else {
        let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        (bytes.clone(), Body::from(bytes))
    };
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let breaker = parts.extensions.get::<Breaker>().cloned();
    let struck = org.faults.strike(parts.method.as_str(), &target, &bytes);
    let mut entry = LoggedRequest {
        number: 0,
        at: org.clock.now(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        user: None,
        status: None,
        error_codes: BTreeSet::new(),
        body_sha256: (!bytes.is_empty()).then(|| digest(&bytes)),
        fault: struck.as_ref().map(|(number, _)| *number),
        unknown_route: parts.extensions.get::<MatchedPath>().is_none(),
    };
    let request = Request::from_parts(parts, body);
    let ending = match struck.map(|(_, effect)| effect) {
        Some(Effect::Reset) => Ending::Reset,
        Some(effect @ Effect::Status { .. }) => Ending::Answer(instead(&effect)),
        Some(Effect::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ending::Answer(next.run(request).await)
        }
        Some(Effect::LoseAnswer { status }) => {
            let done = next.run(request).await;
            entry.user = user(&done);
            match status {
                Some(status) => Ending::Answer(instead(&Effect::Status {
                    status,
                    error_code: None,
                    message: None,
                    retry_after: None,
                    html: false,
                })),
                None => Ending::Reset,
            }
        }
        Some(Effect::Truncate { bytes }) => Ending::Answer(truncated(next.run(request).await, bytes).await),
        _ => Ending::Answer(next.run(request).await),
    };
    match ending {
        Ending::Answer(response) => {
            let (codes, response) = error_codes(response).await;
            entry.error_codes = codes;
            entry.user = entry.user.or_else(|| user(&response));
            entry.status = Some(response.status().as_u16());
            // The fallback also serves files; only what it does not find is unknown.
            entry.unknown_route &= response.status() == StatusCode::NOT_FOUND;
            entry.unknown_route |= response.extensions().get::<UnknownRoute>().is_some();
            org.requests.add(entry);
            response
        }
        Ending::Reset => {
            org.requests.add(entry);
            match breaker {
                Some(breaker) => breaker.break_connection().await,
                // No connection to break: a request made in process.
                None => StatusCode::BAD_GATEWAY.into_response(),
            }
        }
    }
}

enum Ending {
    Answer(Response),
    Reset,
}

fn user(response: &Response) -> Option<String> {
    response.extensions().get::<AskedBy>().map(|asked| asked.0.to_string())
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn instead(effect: &Effect) -> Response {
    let Effect::Status { status, error_code, message, retry_after, html } = effect else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = if *html {
        (status, Html("<html><body><h1>Service Unavailable</h1><p>We are down for maintenance.</p></body></html>"))
            .into_response()
    } else {
        let (code, text) = usual(status);
        let code = error_code.as_deref().unwrap_or(code);
        let text = message.as_deref().unwrap_or(text);
        json_response(status, &json!([{ "message": text, "errorCode": code }]))
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// What an Org says with that status when the rule names nothing.
fn usual(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 => ("INVALID_SESSION_ID", "Session expired or invalid"),
        403 => ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        503 => ("SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
        _ => ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support."),
    }
}

/// Promises the whole length, sends a part, lets it flush, then breaks off.
async fn truncated(response: Response, sent: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let part = whole.slice(..sent.min(whole.len()));
    let pieces = stream::unfold(Some(part), |left| async move {
        let part = left?;
        if part.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Some((Err(std::io::Error::other("cut off on purpose")), None));
        }
        Some((Ok::<Bytes, std::io::Error>(part), Some(Bytes::new())))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}
