//! The outermost layers of every answer, and the listeners that serve it.
//!
//! What the router answers is not known here: the request line, the request's id, the client's address, TLS and the
//! orderly end are.

use std::net::SocketAddr;

use axum::{Router, middleware};
use tokio_util::sync::CancellationToken;

use crate::{
    client_address::{TrustedProxies, record_client_address},
    clock::Clock,
    config::HttpConfig,
    http_server::{BindError, HttpServer, metrics_router},
    randomness::Randomness,
    telemetry::{Metrics, RequestLine, request_line},
};

/// Bound but not yet serving, so that the caller can say where before the first request comes.
pub struct Listeners {
    main: HttpServer,
    metrics: Option<(HttpServer, Metrics)>,
}

impl Listeners {
    pub async fn bind(config: &HttpConfig) -> Result<Self, BindError> {
        let main = HttpServer::bind(config).await?;
        let metrics = match config.metrics_listen {
            Some(address) => Some((HttpServer::bind_metrics(address).await?, Metrics::install())),
            None => None,
        };
        Ok(Self { main, metrics })
    }

    pub fn address(&self) -> SocketAddr {
        self.main.local_address()
    }

    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(server, _)| server.local_address())
    }

    /// Until `stop` is cancelled and every connection has ended. The metrics listener ends last, so that the last
    /// requests are still counted where somebody looks.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let stop_metrics = CancellationToken::new();
        let main = async {
            self.main.serve(router, stop).await;
            stop_metrics.cancel();
        };
        let metrics = async {
            if let Some((server, metrics)) = self.metrics {
                server.serve(metrics_router(metrics), stop_metrics.clone()).await;
            }
        };
        tokio::join!(main, metrics);
    }
}

/// Wraps the finished router; nothing may be added outside of it, or it would escape the request line.
pub fn with_outer_layers(router: Router, config: &HttpConfig, clock: Clock, randomness: Randomness) -> Router {
    router
        .layer(middleware::from_fn_with_state(TrustedProxies::new(config), record_client_address))
        .layer(middleware::from_fn_with_state(RequestLine { clock, randomness }, request_line))
}
