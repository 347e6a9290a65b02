//! One canonical line per request, when its answer has left or its client has: an interface, documented in
//! `docs/operating.md`.
//!
//! Invariants: exactly one line per request, also when the client goes away half-way; the route is the template that
//! matched, never the path, because paths can hold tickets.
//! Units: bytes of bodies as they cross this middleware, milliseconds.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequestParts, MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http::{Method, StatusCode, request::Parts};
use hyper::body::{Frame, SizeHint};
use metrics::{counter, gauge, histogram};
use tracing::{Instrument, Span};

use super::request_id::{CURRENT, RequestId};
use crate::{clock::Clock, randomness::Randomness};

/// The middleware's state: `axum::middleware::from_fn_with_state(RequestLine { … }, request_line)`, added with
/// `Router::layer` outside every other layer.
#[derive(Clone)]
pub struct RequestLine {
    pub clock: Clock,
    pub randomness: Randomness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    Agent,
    Customer,
    Operator,
}

impl ActorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Operator => "operator",
        }
    }
}

/// What handlers and extractors add to the line, once they know it. An extractor, and an extension of every request.
#[derive(Clone, Debug, Default)]
pub struct RequestNotes(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    org: Option<String>,
    actor: Option<ActorKind>,
    code: Option<&'static str>,
}

impl RequestNotes {
    /// The Org's id; only after the credential that names it was checked.
    pub fn set_org(&self, org: impl ToString) {
        self.0.lock().expect("no holder of the notes panics").org = Some(org.to_string());
    }

    pub fn set_actor(&self, actor: ActorKind) {
        self.0.lock().expect("no holder of the notes panics").actor = Some(actor);
    }

    /// The stable code of the problem that was answered.
    pub fn set_code(&self, code: &'static str) {
        self.0.lock().expect("no holder of the notes panics").code = Some(code);
    }
}

impl<S: Sync> FromRequestParts<S> for RequestNotes {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

pub async fn request_line(State(state): State<RequestLine>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new(&state.randomness);
    let notes = RequestNotes::default();
    let received = Arc::new(AtomicU64::new(0));
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(target: "casegate", "request", request_id = %id);
    gauge!("casegate_http_requests_in_flight").increment(1.0);
    let mut line = Line {
        started: state.clock.monotonic(),
        clock: state.clock,
        id: id.clone(),
        method: method(request.method()),
        route,
        notes: notes.clone(),
        received: received.clone(),
        status: None,
        sent: 0,
        ended: false,
        span: span.clone(),
    };
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(notes);
    let request = request.map(|body| Body::new(Counted { body, received }));

    let header = id.header();
    let mut response = CURRENT.scope(id, next.run(request)).instrument(span).await;

    response.headers_mut().insert("x-request-id", header);
    line.status = Some(response.status());
    let bodiless = line.method == "HEAD"
        || response.status() == StatusCode::NO_CONTENT
        || response.status() == StatusCode::NOT_MODIFIED;
    line.ended = bodiless;
    let expected = HttpBody::size_hint(response.body()).exact();
    response.map(|body| Body::new(Watched { body, expected, line }))
}

/// Clients may send any word as a method; only those we know are worth a label.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Written when it is dropped: with the answer's body, or with the handler when the client went away.
struct Line {
    started: Duration,
    clock: Clock,
    id: RequestId,
    method: &'static str,
    route: String,
    notes: RequestNotes,
    received: Arc<AtomicU64>,
    status: Option<StatusCode>,
    sent: u64,
    ended: bool,
    span: Span,
}

impl Drop for Line {
    fn drop(&mut self) {
        let duration = self.clock.monotonic().saturating_sub(self.started);
        let received = self.received.load(Ordering::Relaxed);
        let status = self.status.map_or(0, |status| status.as_u16());
        let outcome = match (self.status, self.ended) {
            (None, _) => "no_answer",
            (Some(_), false) => "cut_off",
            (Some(_), true) => "answered",
        };
        let notes = std::mem::take(&mut *self.notes.0.lock().expect("no holder of the notes panics"));
        tracing::info!(
            target: "casegate::request",
            parent: None,
            request_id = self.id.as_str(),
            method = self.method,
            route = self.route,
            status,
            outcome,
            code = notes.code,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            bytes_received = received,
            bytes_sent = self.sent,
            org = notes.org,
            actor = notes.actor.map(ActorKind::as_str),
            "request"
        );
        gauge!("casegate_http_requests_in_flight").decrement(1.0);
        counter!("casegate_http_requests_total", "method" => self.method, "route" => self.route.clone(),
            "status" => status.to_string(), "outcome" => outcome)
        .increment(1);
        counter!("casegate_http_received_bytes_total").increment(received);
        counter!("casegate_http_sent_bytes_total").increment(self.sent);
        histogram!("casegate_http_request_seconds", "method" => self.method, "route" => self.route.clone())
            .record(duration.as_secs_f64());
    }
}

/// The request's body, counted.
struct Counted {
    body: Body,
    received: Arc<AtomicU64>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.received.fetch_add(length(frame), Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}

/// The answer's body, which takes the line with it.
struct Watched {
    body: Body,
    /// When known, the last byte is the end: hyper then does not ask once more.
    expected: Option<u64>,
    line: Line,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let span = self.line.span.clone();
        let polled = span.in_scope(|| Pin::new(&mut self.body).poll_frame(context));
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.line.sent += length(frame);
                if self.expected == Some(self.line.sent) || self.body.is_end_stream() {
                    self.line.ended = true;
                }
            }
            Poll::Ready(None) => self.line.ended = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // An empty body is never asked for.
        if self.expected == Some(self.line.sent) {
            self.line.ended = true;
        }
    }
}

fn length(frame: &Frame<Bytes>) -> u64 {
    frame.data_ref().map_or(0, |data| data.len() as u64)
}

#[cfg(test)]
mod tests;
