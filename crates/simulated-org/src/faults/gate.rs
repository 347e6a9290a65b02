//! The gate in front of every route of the Org's own port: logs each request, lets faults strike, and shows the referee
//! what was asked and what was answered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::reading::{Read, reading};
use super::{Effect, Occasion, answers};
use crate::org::Org;
use crate::referee::Asked;
use crate::request_log::{LoggedRequest, error_codes};
use crate::rest::http::{AskedBy, UnknownRoute, bearer};
use crate::server::Breaker;

pub(super) const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

pub async fn gate(State(org): State<Arc<Org>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let method = parts.method.to_string();
    let breaker = parts.extensions.get::<Breaker>().cloned();
    let user = names_of_caller(&org, &parts.headers);
    let mut occasion = Occasion { method: &method, target: &target, user: &user, body: &[] };
    let struck_upload = org.faults.strike_upload(&occasion);
    let mut entry = LoggedRequest {
        number: 0,
        at: org.clock.now(),
        method: method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        user: None,
        status: None,
        error_codes: BTreeSet::new(),
        body_sha256: None,
        fault: struck_upload.as_ref().map(|(number, _)| *number),
        unknown_route: parts.extensions.get::<MatchedPath>().is_none(),
    };
    let read = Read::default();
    let cut_entry = LoggedRequest { unknown_route: false, ..entry.clone() };
    let log = org.clone();
    let on_cut = move || log.requests.add(cut_entry.clone());
    let effect = struck_upload.map(|(_, effect)| effect);
    let body = reading(body, read.clone(), org.referee.marks(), effect, breaker.clone(), on_cut);
    // What may be huge is handed on as it comes; no rule can ask what it holds.
    let (body, bytes) = if is_streamed(&parts.headers) {
        (body, Bytes::new())
    } else {
        let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        (Body::from(bytes.clone()), bytes)
    };
    occasion.body = &bytes;
    let struck = org.faults.strike(&occasion);
    entry.fault = entry.fault.or(struck.as_ref().map(|(number, _)| *number));
    let asked = Asked {
        method: method.clone(),
        target: target.clone(),
        has_body: !bytes.is_empty(),
        content_type: parts.headers.contains_key(header::CONTENT_TYPE),
        body: bytes.clone(),
    };
    let request = Request::from_parts(parts, body);
    let run = async |entry: &mut LoggedRequest| {
        let response = next.run(request).await;
        entry.user = response.extensions().get::<AskedBy>().map(|asked| asked.0.to_string());
        // The fallback also serves files; only what it does not find is unknown.
        entry.unknown_route &= response.status() == StatusCode::NOT_FOUND;
        entry.unknown_route |= response.extensions().get::<UnknownRoute>().is_some();
        judged(&org, &asked, entry.unknown_route, response).await
    };
    let ending = match struck.map(|(_, effect)| effect) {
        Some(Effect::Reset) => None,
        Some(effect @ Effect::Status { .. }) => Some(answers::said(&effect)),
        Some(Effect::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Some(run(&mut entry).await)
        }
        Some(Effect::DelayAnswer { ms }) => {
            let done = run(&mut entry).await;
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Some(done)
        }
        Some(effect @ (Effect::StatusAfter { .. } | Effect::LoseAnswer { status: Some(_) })) => {
            run(&mut entry).await;
            Some(answers::said(&effect))
        }
        Some(Effect::LoseAnswer { status: None }) => {
            run(&mut entry).await;
            None
        }
        Some(Effect::Truncate { bytes }) => Some(answers::truncated(run(&mut entry).await, bytes).await),
        Some(Effect::Drip { bytes_per_second }) => Some(answers::dripping(run(&mut entry).await, bytes_per_second)),
        _ => Some(run(&mut entry).await),
    };
    let ending = match ending {
        Some(response) => {
            let (codes, response) = error_codes(response).await;
            entry.error_codes = codes;
            Some(response)
        }
        None => None,
    };
    org.referee.asked(&asked, &read.found());
    entry.body_sha256 = read.sha256();
    entry.status = ending.as_ref().map(|response| response.status().as_u16());
    // A request that no handler saw cannot have been wrong.
    entry.unknown_route &= entry.status == Some(404);
    org.requests.add(entry);
    match (ending, breaker) {
        (Some(response), _) => response,
        (None, Some(breaker)) => breaker.break_connection().await,
        // No connection to break: a request made in process.
        (None, None) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn is_streamed(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("multipart/")
}

/// Everything that person is called, so that a rule may use any of it.
fn names_of_caller(org: &Org, headers: &HeaderMap) -> Vec<String> {
    let Some(token) = bearer(headers) else { return Vec::new() };
    let now = org.clock.now();
    let Some(user) = org.world().sessions.user(token, now) else { return Vec::new() };
    let mut names = vec![user.to_string()];
    for (nickname, about) in org.seeded().get("users").into_iter().flatten() {
        if about["id"] == names[0].as_str() {
            names.extend([nickname.clone(), about["username"].as_str().unwrap_or_default().to_owned()]);
        }
    }
    names
}

/// Shows a refusal, or the refusals inside a composite answer, to the referee.
async fn judged(org: &Org, asked: &Asked, is_unknown_route: bool, response: Response) -> Response {
    let status = response.status();
    let may_refuse = status.is_client_error() || asked.target.contains("/composite");
    if !may_refuse {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    org.referee.refused(asked, status.as_u16(), is_unknown_route, &body);
    Response::from_parts(parts, Body::from(body))
}
