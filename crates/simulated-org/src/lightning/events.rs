//! `GET /org/events`: platform events as they commit, to whoever may read their kind.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;

use super::{Chosen, Visitor};
use crate::org::Org;

pub async fn stream(State(org): State<Arc<Org>>, headers: HeaderMap) -> Response {
    let Some(visitor) = Visitor::of(&org, &Chosen::default(), &headers) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let receiver = org.events.subscribe();
    let events = stream::unfold((receiver, org), move |(mut receiver, org)| async move {
        loop {
            match receiver.recv().await {
                Ok(event) if may_read(&org, visitor.user, &event) => {
                    let sent = Ok::<Event, Infallible>(Event::default().data(event.to_string()));
                    return Some((sent, (receiver, org)));
                }
                // A slow reader misses events, as one of a real Org misses what its replay window forgot.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

fn may_read(org: &Org, user: crate::record_id::RecordId, event: &Value) -> bool {
    let channel = event["channel"].as_str().unwrap_or_default();
    channel.strip_prefix("/event/").is_some_and(|object| org.grants(user).on(object).read)
}
