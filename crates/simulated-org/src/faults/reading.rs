//! The body of a request on its way in: hashed, looked through for what must not be there, and slowed or cut on demand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::Effect;
use crate::referee::Marks;
use crate::server::Breaker;

/// What has been read so far.
#[derive(Clone, Default)]
pub struct Read(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    hasher: Sha256,
    bytes: u64,
    /// The end of what was read, so that a mark across two pieces is found.
    tail: Vec<u8>,
    found: Vec<String>,
}

impl Read {
    /// `None` for an empty body.
    pub fn sha256(&self) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.bytes > 0).then(|| hex::encode(state.hasher.clone().finalize()))
    }

    /// Names of the marks that were found.
    pub fn found(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).found.clone()
    }

    fn take(&self, piece: &Bytes, marks: &Marks) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.hasher.update(piece);
        state.bytes += piece.len() as u64;
        let mut window = std::mem::take(&mut state.tail);
        window.extend_from_slice(piece);
        state.found.extend(marks.found_in(&window));
        let keep = window.len().saturating_sub(marks.longest());
        state.tail = window.split_off(keep);
        state.bytes
    }
}

struct Reading {
    body: BodyDataStream,
    read: Read,
    marks: Marks,
    effect: Option<Effect>,
    breaker: Option<Breaker>,
    on_cut: Box<dyn Fn() + Send>,
}

/// The same body, watched. `on_cut` runs just before the connection is reset.
pub fn reading(
    body: Body,
    read: Read,
    marks: Marks,
    effect: Option<Effect>,
    breaker: Option<Breaker>,
    on_cut: impl Fn() + Send + 'static,
) -> Body {
    let start = Reading { body: body.into_data_stream(), read, marks, effect, breaker, on_cut: Box::new(on_cut) };
    Body::from_stream(stream::unfold(start, |mut reading| async move {
        let piece = reading.body.next().await;
        let so_far = match &piece {
            Some(Ok(piece)) => reading.read.take(piece, &reading.marks),
            _ => u64::MAX,
        };
        match reading.effect {
            Some(Effect::DripUpload { bytes_per_second }) => {
                if let Some(Ok(piece)) = &piece {
                    tokio::time::sleep(duration_of(piece.len() as u64, bytes_per_second)).await;
                }
            }
            // A shorter body is cut at its end.
            Some(Effect::CutUpload { bytes }) if so_far >= bytes => {
                (reading.on_cut)();
                if let Some(breaker) = &reading.breaker {
                    return breaker.break_connection().await;
                }
                return None;
            }
            _ => {}
        }
        Some((piece?, reading))
    }))
}

fn duration_of(bytes: u64, per_second: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1_000) / per_second.max(1))
}
