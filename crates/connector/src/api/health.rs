//! For whoever watches: is the process alive, can it work.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;

use super::Problem;
use crate::app::App;
use crate::store::jobs;

/// `GET /healthz`: the process answers.
pub async fn show_health() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: database and bucket answer, and the connector is not about to stop. Salesforce is not asked: uploads
/// go on without it.
pub async fn show_readiness(State(app): State<App>) -> Response {
    if app.stop.is_cancelled() {
        return Problem::StorageUnavailable.into_response();
    }
    match check(&app).await {
        Ok(()) => ([(header::CONTENT_TYPE, "text/plain")], "ready\n").into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn check(app: &App) -> Result<(), Problem> {
    let mut reader = app.store.read().await?;
    let (waiting, oldest) = jobs::backlog(&mut reader).await?;
    let late = oldest.map_or(0, |oldest| app.clock.now().as_millis().saturating_sub(oldest).max(0));
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    {
        metrics::gauge!("casegate_jobs_waiting").set(waiting as f64);
        metrics::gauge!("casegate_jobs_oldest_late_seconds").set(late as f64 / 1_000.0);
    }
    Ok(app.vault.probe().await?)
}
