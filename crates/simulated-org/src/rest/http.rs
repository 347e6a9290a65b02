//! The door between HTTP and the REST API: session, allowance, body, headers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

use super::{Answer, Call, Method, NEWEST, OLDEST, answer, list_versions};
use crate::files::{download, receive};
use crate::lies::{self, Lie};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::shape::Shape;
use crate::world::ApiUsage;

/// 37.5 MB of base64 is the largest documented JSON body.
const MAX_BODY_BYTES: usize = 50 * 1024 * 1024;
const MAX_TARGET_BYTES: usize = 16_384;

/// Marks an answer to a route or object that does not exist, for the request log.
#[derive(Clone, Copy)]
pub struct UnknownRoute;

/// Who asked, for the request log.
#[derive(Clone, Copy)]
pub struct AskedBy(pub RecordId);

pub async fn list(State(org): State<Arc<Org>>) -> Response {
    let usage = org.world().api_usage;
    respond(Answer::ok(list_versions::list_versions()), usage)
}

pub async fn handle(State(org): State<Arc<Org>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    if receive::is_upload(&parts.headers) {
        return upload(&org, &parts, target, body).await;
    }
    let bytes = to_bytes(body, MAX_BODY_BYTES).await;
    let (user, usage) = match admit(&org, &parts.headers) {
        Ok(admitted) => admitted,
        Err(refused) => return refuse(&refused, org.world().api_usage),
    };
    if let Some(found) = org.work(user, |work| download::find(work, &parts.method, target)) {
        return finish(user, found.map(|content| download::respond(&content)), usage);
    }
    let outcome = (|| {
        if target.len() > MAX_TARGET_BYTES {
            return Err(Refused::new(414, "URI_TOO_LONG", "URI Too Long"));
        }
        let bytes = bytes.map_err(|_| Refused::new(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large"))?;
        let call = read_call(&parts.method, target, &parts.headers, &bytes)?;
        org.work(user, |work| answer(work, &call))
    })();
    finish(user, outcome.map(|answer| respond(answer, usage)), usage)
}

/// An upload is admitted before its bytes are read, and they are never gathered.
async fn upload(org: &Arc<Org>, parts: &Parts, target: &str, body: Body) -> Response {
    let (user, usage) = match admit(org, &parts.headers) {
        Ok(admitted) => admitted,
        Err(refused) => return refuse(&refused, org.world().api_usage),
    };
    let outcome = receive::receive(org, user, &parts.method, target, &parts.headers, body).await;
    finish(user, outcome.map(|answer| respond(answer, usage)), usage)
}

fn finish(user: RecordId, outcome: Result<Response, Refused>, usage: ApiUsage) -> Response {
    let unknown = matches!(&outcome, Err(refused) if *refused == Refused::not_found());
    let mut response = outcome.unwrap_or_else(|refused| refuse(&refused, usage));
    if unknown {
        response.extensions_mut().insert(UnknownRoute);
    }
    response.extensions_mut().insert(AskedBy(user));
    response
}

/// A live session, and one call less of the day's allowance.
fn admit(org: &Org, headers: &HeaderMap) -> Result<(RecordId, ApiUsage), Refused> {
    let now = org.clock.now();
    let mut world = org.world();
    let token = bearer(headers).ok_or_else(Refused::session_expired)?;
    let user = world.sessions.api_user(token, now)?;
    if world.api_usage.used >= world.api_usage.max {
        return Err(Refused::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
    }
    world.api_usage.used += 1;
    Ok((user, world.api_usage))
}

/// `Authorization: Bearer …`, or `OAuth …` as older clients say.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("OAuth");
    known.then(|| token.trim())
}

fn read_call(method: &axum::http::Method, target: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Call, Refused> {
    let (version, path, query) = split_target(target).ok_or_else(Refused::not_found)?;
    let method = match method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return Err(Refused::new(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed")),
    };
    let body = if bytes.is_empty() { None } else { Some(read_body(headers, bytes)?) };
    let call = Call {
        method,
        version,
        path,
        query,
        batch_size: batch_size(headers),
        if_modified_since: if_modified_since(headers),
        body,
    };
    Ok(call)
}

fn read_body(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Refused> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !text(header::CONTENT_TYPE).starts_with("application/json") || !text(header::CONTENT_ENCODING).is_empty() {
        let message =
            format!("The simulated org takes plain application/json only, not {}", text(header::CONTENT_TYPE));
        return Err(Refused::new(415, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    serde_json::from_slice(bytes).map_err(|error| Refused::bad("JSON_PARSER_ERROR", error.to_string()))
}

/// `Tue, 10 Nov 2026 08:00:00 GMT`; a date that is none is as good as absent.
fn if_modified_since(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(header::IF_MODIFIED_SINCE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond())
}

fn batch_size(headers: &HeaderMap) -> Option<usize> {
    let options = headers.get("Sforce-Query-Options")?.to_str().ok()?;
    options.split(';').find_map(|option| option.trim().strip_prefix("batchSize=")?.parse().ok())
}

/// What a request target names: version, path segments, query options.
type Target = (u16, Vec<String>, Vec<(String, String)>);

/// `/services/data/v67.0/sobjects/Case/500…?fields=Id`, with or without a trailing slash.
pub fn split_target(target: &str) -> Option<Target> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path.strip_prefix("/services/data/v")?;
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let version: u16 = version.strip_suffix(".0")?.parse().ok()?;
    if !(OLDEST..=NEWEST).contains(&version) {
        return None;
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let segments = rest.split('/').filter(|_| !rest.is_empty());
    let path = segments.map(|segment| percent_decode_str(segment).decode_utf8().map(std::borrow::Cow::into_owned));
    let path = path.collect::<Result<Vec<_>, _>>().ok()?;
    Some((version, path, form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
}

fn respond(answer: Answer, usage: ApiUsage) -> Response {
    let status = if answer.status == 201 && lies::is_told(Lie::CreatedWith200) { 200 } else { answer.status };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answer.body {
        Some(shape) => json_response(status, &shape),
        None => status.into_response(),
    };
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    let allowance = format!("api-usage={}/{}", usage.used, usage.max);
    if let Ok(allowance) = HeaderValue::from_str(&allowance) {
        response.headers_mut().insert("Sforce-Limit-Info", allowance);
    }
    response
}

fn refuse(refused: &Refused, usage: ApiUsage) -> Response {
    respond(Answer { status: refused.status, location: None, body: Some(Shape::Plain(refused.body())) }, usage)
}

pub fn json_response(status: StatusCode, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let kind = [(header::CONTENT_TYPE, "application/json;charset=UTF-8")];
            (status, kind, Body::from(bytes)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
