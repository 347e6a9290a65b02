//! Our own accept loop, because a fault must be able to reset the very connection its request came on.
//!
//! Invariants: every connection task ends when the Org stops.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::{Extension, Router};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

pub mod throw_away_ca;

/// How a request came in, as an extension of it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Over TLS.
    pub secure: bool,
    pub peer: SocketAddr,
}

/// Serves `router` until `stop`, over TLS when there is something to do it with.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, peer)) = accepted else { continue };
        // Small answers must not wait for the peer's delayed acknowledgements.
        let _ = stream.set_nodelay(true);
        let (tls, stop) = (tls.clone(), stop.clone());
        let router = router.clone().layer(Extension(Arrival { secure: tls.is_some(), peer }));
        tasks.spawn(async move {
            tokio::select! {
                () = connection(stream, tls, router) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, router: Router) {
    let breaker = Breaker::default();
    let wire = Wire { stream, broken: breaker.broken.clone() };
    match tls {
        None => requests(wire, breaker, router).await,
        Some(tls) => {
            // A client that does not trust us hangs up here.
            if let Ok(wire) = tls.accept(wire).await {
                requests(wire, breaker, router).await;
            }
        }
    }
}

async fn requests(wire: impl AsyncRead + AsyncWrite + Unpin, breaker: Breaker, router: Router) {
    let router = router.layer(Extension(breaker.clone()));
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        router.clone().oneshot(request.map(Body::new))
    });
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), service);
    tokio::select! {
        // A client that went away is not news.
        _ = served => {}
        () = breaker.struck.notified() => {}
    }
}

/// Lets a request handler reset its own connection.
#[derive(Clone, Default)]
pub struct Breaker {
    broken: Arc<AtomicBool>,
    struck: Arc<Notify>,
}

impl Breaker {
    /// Never returns: the connection, and this call with it, is dropped.
    pub async fn break_connection<T>(&self) -> T {
        self.broken.store(true, Ordering::SeqCst);
        self.struck.notify_one();
        std::future::pending().await
    }
}

/// A stream that closes with a reset, not a farewell, once it is broken.
struct Wire {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.broken.load(Ordering::SeqCst) {
            // With zero linger, close() discards what is unsent and sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
