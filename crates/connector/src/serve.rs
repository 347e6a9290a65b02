//! `casegate serve`: everything opened in order, served, and ended in order.

use axum::{Router, routing};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::Config,
    randomness::Randomness,
    serve_http::{Listeners, with_outer_layers},
};

/// Until `stop` is cancelled and everything has ended.
pub async fn serve(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let listeners = Listeners::bind(&config.http).await?;
    tracing::info!(
        target: "casegate",
        address = %listeners.address(),
        metrics = listeners.metrics_address().map(tracing::field::display),
        version = env!("CARGO_PKG_VERSION"),
        "listening"
    );
    let router = Router::new().route("/healthz", routing::get(|| async { "ok\n" }));
    let router = with_outer_layers(router, &config.http, Clock::system(), Randomness::system());
    listeners.serve(router, stop).await;
    Ok(())
}
