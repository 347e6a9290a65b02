//! Serving a router: plain TCP or TLS, with limits on what a slow or silent client may hold, and an orderly end.
//!
//! HTTP/1.1, and HTTP/2 where the TLS handshake agrees on it. The accept loop is ours because a connection must be
//! bounded from its first byte: handshake, headers and idling all run against a deadline.
//!
//! Invariants: once told to stop, no new request begins; running ones end by themselves until the drain deadline,
//! then their connections are cut. `serve` returns only when no task of it is left.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use hyper::{Request, body::Incoming, rt::Executor, server::conn};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::gauge;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{config::HttpConfig, telemetry::Metrics};

pub mod certificates;

pub use certificates::Certificates;

pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<Certificates>>,
    max_connections: usize,
    header_read: Duration,
    drain: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Certificates(#[from] certificates::CertificateError),
}

impl HttpServer {
    pub async fn bind(config: &HttpConfig) -> Result<Self, BindError> {
        let certificates = config.tls.as_ref().map(Certificates::load).transpose()?.map(Arc::new);
        let (listener, address) = listen(config.listen).await?;
        Ok(Self {
            listener,
            address,
            certificates,
            max_connections: config.max_connections,
            header_read: config.header_read,
            drain: config.drain,
        })
    }

    /// The separate listener of `/metrics`: plain, few connections, not kept open for long at the end.
    pub async fn bind_metrics(address: SocketAddr) -> Result<Self, BindError> {
        let (listener, address) = listen(address).await?;
        Ok(Self {
            listener,
            address,
            certificates: None,
            max_connections: 32,
            header_read: Duration::from_secs(10),
            drain: Duration::from_secs(1),
        })
    }

    /// With the port that the system chose when the configured one is 0.
    pub fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Until `stop` is cancelled and everything has ended.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let cut = CancellationToken::new();
        let tasks = TaskTracker::new();
        if let Some(certificates) = &self.certificates {
            let (certificates, stop) = (certificates.clone(), stop.clone());
            tasks.spawn(async move { stop.run_until_cancelled(certificates.reload_when_changed()).await });
        }
        let places = Arc::new(Semaphore::new(self.max_connections));
        let connection = Connection {
            router,
            tasks: tasks.clone(),
            stop: stop.clone(),
            cut: cut.clone(),
            header_read: self.header_read,
        };
        while let Some((stream, peer, place)) = stop.run_until_cancelled(accept(&self.listener, &places)).await {
            let tls = self.certificates.as_ref().map(|certificates| TlsAcceptor::from(certificates.current()));
            tasks.spawn(connection.clone().run(stream, peer, tls, place));
        }
        // From here the port refuses instead of leaving clients in its queue.
        drop(self.listener);
        tasks.close();
        if time::timeout(self.drain, tasks.wait()).await.is_err() {
            tracing::warn!(target: "casegate", connections = tasks.len(), "cut connections after the drain deadline");
            cut.cancel();
            tasks.wait().await;
        }
    }
}

/// Scrapers read here; nothing else is answered.
pub fn metrics_router(metrics: Metrics) -> Router {
    use axum::routing::get;
    Router::new().route(
        "/metrics",
        get(move || async move { ([("content-type", "text/plain; version=0.0.4; charset=utf-8")], metrics.render()) }),
    )
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let listening = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listening.await.map_err(|source| BindError::Listen { address, source })
}

/// Waits for a free place first, so that a flood queues in the kernel and not in our memory.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                // Out of file descriptors, or a connection that died in the queue; both pass.
                tracing::warn!(target: "casegate", %error, "a connection could not be accepted");
                time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[derive(Clone)]
struct Connection {
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
    cut: CancellationToken,
    header_read: Duration,
}

impl Connection {
    async fn run(self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, _place: OwnedSemaphorePermit) {
        let _counted = Counted::new();
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let cut = self.cut.clone();
        cut.run_until_cancelled(async {
            let Some(acceptor) = tls else {
                return self.http1(stream, peer).await;
            };
            // A failed or slow handshake is the client's affair and too common to log.
            if let Ok(Ok(stream)) = time::timeout(self.header_read, acceptor.accept(stream)).await {
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    self.http2(stream, peer).await;
                } else {
                    self.http1(stream, peer).await;
                }
            }
        })
        .await;
    }

    async fn http1(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let service = hyper::service::service_fn(|request| self.answer(request, peer));
        let connection = conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_read)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn http2(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let service = hyper::service::service_fn(move |request| {
            let connection = self.clone();
            async move { connection.answer(request, peer).await }
        });
        let connection = conn::http2::Builder::new(OnTracker(self.tasks.clone()))
            .timer(TokioTimer::new())
            .max_concurrent_streams(64)
            .max_header_list_size(16 * 1024)
            // One upload per stream and several streams per connection; below this, distance limits their speed.
            .initial_stream_window_size(1024 * 1024)
            .initial_connection_window_size(4 * 1024 * 1024)
            .keep_alive_interval(self.header_read)
            .keep_alive_timeout(self.header_read)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Result<Response, Infallible> {
        request.extensions_mut().insert(ConnectInfo(peer));
        self.router.clone().oneshot(request.map(Body::new)).await
    }
}

/// HTTP/2 streams run as tasks of their own; they too must have ended before `serve` returns.
#[derive(Clone)]
struct OnTracker(TaskTracker);

impl<F> Executor<F> for OnTracker
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}

struct Counted;

impl Counted {
    fn new() -> Self {
        gauge!("casegate_http_connections").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!("casegate_http_connections").decrement(1.0);
    }
}

#[cfg(test)]
mod tests;
