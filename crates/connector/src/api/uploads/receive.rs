//! Bytes of one request become segments. Runs in a task of its own, so that a connection that breaks takes nothing with
//! it: what was received is staged and acknowledged all the same.
//!
//! Units: at most one segment (8 MiB) is in memory, whatever the file's size.

use std::time::Duration;

use bytes::Bytes;
use secure_files::Refusal;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::mpsc;

use crate::api::Problem;
use crate::app::App;
use crate::staging::{StagingError, Turn};
use crate::store::customer_sessions;
use crate::vault::SegmentSeal;

/// What one request brought.
pub struct Received {
    pub turn: Turn,
    pub is_complete: bool,
    /// The client sent more than the upload's length.
    pub is_too_long: bool,
    /// The checksum did not fit; nothing of the request was kept.
    pub is_wrong_checksum: bool,
}

/// Stages everything that comes through `frames` until it ends, a newer request has the turn, or the upload is complete.
pub async fn receive(
    app: App,
    mut turn: Turn,
    mut frames: mpsc::Receiver<Bytes>,
    checksum: Option<[u8; 32]>,
    session: Option<String>,
) -> Result<Received, StagingError> {
    let mut segment: Option<SegmentSeal> = None;
    let mut is_complete = false;
    let mut is_too_long = false;
    let mut digest = Sha256::new();
    loop {
        let frame = tokio::select! {
            biased;
            () = turn.evicted.cancelled() => return Err(StagingError::Superseded),
            frame = frames.recv() => frame,
        };
        let Some(frame) = frame else { break };
        if checksum.is_some() {
            digest.update(&frame);
        }
        let held = segment.as_ref().map_or(0, SegmentSeal::length_bytes);
        let missing = u64::try_from(turn.upload.size_bytes - turn.offset).unwrap_or_default().saturating_sub(held);
        let fits = usize::try_from(missing).unwrap_or(usize::MAX).min(frame.len());
        is_too_long |= fits < frame.len();
        let mut rest = &frame[..fits];
        while !rest.is_empty() {
            let sealing = match &mut segment {
                Some(sealing) => sealing,
                None => segment.insert(app.vault.begin_segment(turn.recipient())?),
            };
            rest = sealing.update(rest);
            if sealing.is_full()
                && checksum.is_none()
                && let Some(full) = segment.take()
            {
                is_complete = app.staging.acknowledge(&mut turn, full.finish(), app.clock.now()).await?.is_complete;
                extend(&app, session.as_deref()).await?;
            } else if !rest.is_empty() {
                // A request with a checksum is one segment at most.
                return Err(Refusal::InvalidRequest {
                    field: "upload-checksum",
                    reason: "the request is longer than 8 MiB",
                }
                .into());
            }
        }
        if is_too_long || is_complete {
            break;
        }
    }
    frames.close();
    if let Some(expected) = checksum
        && !bool::from(digest.finalize().ct_eq(&expected))
    {
        return Ok(Received { turn, is_complete: false, is_too_long, is_wrong_checksum: true });
    }
    if let Some(last) = segment.filter(|segment| segment.length_bytes() > 0) {
        is_complete = app.staging.acknowledge(&mut turn, last.finish(), app.clock.now()).await?.is_complete;
    }
    extend(&app, session.as_deref()).await?;
    if is_complete {
        app.job_bell.notify_one();
    }
    Ok(Received { turn, is_complete, is_too_long, is_wrong_checksum: false })
}

async fn extend(app: &App, session: Option<&str>) -> Result<(), StagingError> {
    let Some(token_hash) = session else { return Ok(()) };
    let now = app.clock.now();
    let expires_at = now.plus(crate::api::credentials::SESSION_LIFETIME).as_millis();
    let mut tx = app.store.transaction("extend_session").await?;
    customer_sessions::extend(&mut tx, token_hash, now.as_millis(), expires_at).await?;
    tx.commit().await?;
    Ok(())
}

/// Passes a request's body to [`receive`]; a body that breaks, stalls or is evicted simply ends.
pub async fn forward(app: &App, body: axum::body::Body, frames: mpsc::Sender<Bytes>) {
    use futures_util::StreamExt as _;
    let mut body = body.into_data_stream();
    let started = app.clock.monotonic();
    let mut received = 0_u64;
    loop {
        let elapsed = app.clock.monotonic().saturating_sub(started);
        let patience = app.pace.patience(received, elapsed);
        if patience == Duration::ZERO {
            return;
        }
        let next = tokio::select! {
            next = tokio::time::timeout(patience, body.next()) => next,
            () = frames.closed() => return,
            () = app.stop.cancelled() => return,
        };
        let Ok(Some(Ok(frame))) = next else { return };
        received += frame.len() as u64;
        if frames.send(frame).await.is_err() {
            return;
        }
    }
}

/// Runs [`receive`] beside the body; the answer comes when both are done.
pub async fn run(
    app: &App,
    turn: Turn,
    body: axum::body::Body,
    checksum: Option<[u8; 32]>,
    session: Option<String>,
) -> Result<Received, Problem> {
    let (sender, receiver) = mpsc::channel(2);
    let work = app.tasks.spawn(receive(app.clone(), turn, receiver, checksum, session));
    forward(app, body, sender).await;
    let received = work.await.map_err(|_| Problem::Internal)??;
    if received.is_wrong_checksum {
        return Err(Problem::field("upload-checksum", "the bytes are not those of the checksum"));
    }
    if received.is_too_long {
        return Err(Problem::field("body", "it is longer than the upload"));
    }
    Ok(received)
}
