//! A stream that is counted while it is sent, so that silence, a short file and a broken source can be told apart.

use std::{
    io,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};

use super::UploadError;

/// Salesforce works on a file for at most ten minutes once it has all of it: so many times the usual patience.
const PATIENCE_FOR_THE_ANSWER: u32 = 20;

pub(super) struct Measured<E> {
    announced: u64,
    sent: AtomicU64,
    at_end: AtomicBool,
    fault: Mutex<Option<Fault<E>>>,
}

enum Fault<E> {
    Source(E),
    WrongSize,
}

impl<E: Send + Sync + 'static> Measured<E> {
    /// The count, and the stream that fills it: it breaks off where the source does, or has not the announced size.
    pub(super) fn new(
        announced: u64,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> (Arc<Self>, impl Stream<Item = io::Result<Bytes>> + Send + 'static) {
        let measured = Arc::new(Self {
            announced,
            sent: AtomicU64::new(0),
            at_end: AtomicBool::new(false),
            fault: Mutex::new(None),
        });
        let (counting, ending) = (Arc::clone(&measured), Arc::clone(&measured));
        let counted = bytes.map(move |chunk| {
            let chunk = chunk.map_err(|error| counting.stop(Fault::Source(error)))?;
            let length = chunk.len() as u64;
            let sent = counting.sent.fetch_add(length, Ordering::SeqCst) + length;
            if sent > counting.announced { Err(counting.stop(Fault::WrongSize)) } else { Ok(chunk) }
        });
        // Before the closing boundary goes out: a short file must not look whole.
        let check = stream::once(async move {
            if ending.sent.load(Ordering::SeqCst) == ending.announced {
                Ok(Bytes::new())
            } else {
                Err(ending.stop(Fault::WrongSize))
            }
        });
        (measured, counted.chain(check))
    }

    /// The closing boundary. Once it is asked for, all before it was handed over, and it may go out any moment: nobody
    /// asks for more, as the length was announced.
    pub(super) fn last(self: &Arc<Self>, tail: String) -> impl Stream<Item = io::Result<Bytes>> + Send + use<E> {
        let measured = Arc::clone(self);
        stream::once(async move {
            measured.at_end.store(true, Ordering::SeqCst);
            Ok(Bytes::from(tail))
        })
    }

    fn stop(&self, fault: Fault<E>) -> io::Error {
        *self.fault.lock().expect("nothing panics while holding the fault") = Some(fault);
        io::Error::other("the upload was broken off")
    }
}

impl<E> Measured<E> {
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end.load(Ordering::SeqCst)
    }

    /// Waits for the answer as long as bytes keep moving; `None` after `patience` without any.
    pub(super) async fn watch<T>(&self, answer: impl Future<Output = T>, patience: Duration) -> Option<T> {
        let mut answer = pin!(answer);
        let mut seen = None;
        loop {
            let longest = if self.is_at_end() { patience * PATIENCE_FOR_THE_ANSWER } else { patience };
            if let Ok(answer) = tokio::time::timeout(longest, &mut answer).await {
                return Some(answer);
            }
            let now = Some((self.sent.load(Ordering::SeqCst), self.is_at_end()));
            if now == seen {
                return None;
            }
            seen = now;
        }
    }
}

impl<E: std::error::Error + 'static> Measured<E> {
    pub(super) fn take_fault(&self) -> Option<UploadError<E>> {
        let fault = self.fault.lock().expect("nothing panics while holding the fault").take()?;
        Some(match fault {
            Fault::Source(error) => UploadError::Source(error),
            Fault::WrongSize => UploadError::WrongSize { announced: self.announced },
        })
    }
}
