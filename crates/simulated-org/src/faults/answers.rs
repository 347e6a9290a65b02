//! Answers that no handler gave, or that were spoilt on their way.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use super::Effect;
use super::gate::MAX_BODY_BYTES;
use crate::rest::http::json_response;

/// The body of a dripping answer leaves in so many pieces a second.
const PIECES_PER_SECOND: u64 = 10;

/// What [`Effect::Status`] and [`Effect::StatusAfter`] say.
pub fn said(effect: &Effect) -> Response {
    let (status, error_code, message, html) = match effect {
        Effect::Status { status, error_code, message, html, .. }
        | Effect::StatusAfter { status, error_code, message, html } => (*status, error_code, message, *html),
        Effect::LoseAnswer { status: Some(status) } => (*status, &None, &None, false),
        _ => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = if html {
        (status, Html("<html><body><h1>Service Unavailable</h1><p>We are down for maintenance.</p></body></html>"))
            .into_response()
    } else {
        let (code, text) = usual(status);
        let code = error_code.as_deref().unwrap_or(code);
        let text = message.as_deref().unwrap_or(text);
        json_response(status, &json!([{ "message": text, "errorCode": code }]))
    };
    if let Effect::Status { retry_after: Some(seconds), .. } = effect {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// What an Org says with that status when the rule names nothing.
fn usual(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => {
            ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 500000000000000AAA")
        }
        401 => ("INVALID_SESSION_ID", "Session expired or invalid"),
        403 => ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        503 => ("SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
        _ => ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support."),
    }
}

/// Promises the whole length, sends a part, lets it flush, then breaks off.
pub async fn truncated(response: Response, sent: usize) -> Response {
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

/// The whole body, but slowly.
pub fn dripping(response: Response, bytes_per_second: u64) -> Response {
    let (parts, body) = response.into_parts();
    let piece = usize::try_from(bytes_per_second.div_ceil(PIECES_PER_SECOND).max(1)).unwrap_or(usize::MAX);
    let pieces = body.into_data_stream().flat_map(move |chunk| {
        let split: Vec<_> = match chunk {
            Ok(chunk) => (0..chunk.len().div_ceil(piece))
                .map(|at| Ok(chunk.slice(at * piece..chunk.len().min((at + 1) * piece))))
                .collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(split).then(|piece| async move {
            tokio::time::sleep(Duration::from_millis(1_000 / PIECES_PER_SECOND)).await;
            piece
        })
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}
