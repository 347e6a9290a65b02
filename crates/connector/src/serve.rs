//! `casegate serve`: everything opened in order, served, and ended in order.

use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    clock::Clock,
    config::Config,
    jobs,
    randomness::Randomness,
    routes::router,
    serve_http::{Listeners, with_outer_layers},
};

/// Until `stop` is cancelled and everything has ended: no request and no staged byte is dropped.
pub async fn serve(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let listeners = Listeners::bind(&config.http).await?;
    let http = config.http.clone();
    let app = App::open(config, Clock::system(), Randomness::system(), stop.clone()).await?;
    tracing::info!(
        target: "casegate",
        address = %listeners.address(),
        metrics = listeners.metrics_address().map(tracing::field::display),
        version = env!("CARGO_PKG_VERSION"),
        key = %app.current_key(),
        orgs = app.orgs.iter().count(),
        "listening"
    );
    jobs::work_until_stopped(app.clone()).await;
    let router = with_outer_layers(router(&app), &http, app.clock.clone(), app.randomness.clone());
    listeners.serve(router, stop).await;
    app.tasks.close();
    app.tasks.wait().await;
    app.store.close().await;
    Ok(())
}
