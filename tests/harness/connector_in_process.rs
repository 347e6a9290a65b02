//! One connector, served on loopback inside the test's own process.

use std::path::Path;

use connector::app::App;
use connector::config::Config;
use connector::jobs;
use connector::randomness::Randomness;
use connector::routes::router;
use connector::serve_http::{Listeners, with_outer_layers};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::StoryClock;

pub struct Connector {
    pub app: Box<App>,
    /// Where this one answers; the world's first is also what everybody calls the connector.
    pub url: String,
    stop: CancellationToken,
    serving: TaskTracker,
}

impl Connector {
    /// `text` is the configuration without `[http] listen`.
    pub(crate) async fn start(text: &str, folder: &Path, port: u16, clock: &StoryClock) -> Self {
        let text = format!("[http]\nlisten = \"127.0.0.1:{port}\"\ndrain_seconds = 5\n{text}");
        let config = Config::parse(&text, folder).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let http = config.http.clone();
        let listeners = Listeners::bind(&http).await.expect("the port was free a moment ago");
        let stop = CancellationToken::new();
        let app = App::open(config, clock.connectors(), Randomness::system(), stop.clone())
            .await
            .unwrap_or_else(|error| panic!("the connector does not open: {error:#}"));
        let router = with_outer_layers(router(&app), &http, app.clock.clone(), app.randomness.clone());
        let serving = TaskTracker::new();
        serving.spawn(listeners.serve(router, stop.clone()));
        Self { app: Box::new(app), url: format!("http://127.0.0.1:{port}"), stop, serving }
    }

    /// Everything that is due now, once through.
    pub async fn work(&self) -> usize {
        jobs::run_due(&self.app).await.expect("the job table can be read")
    }

    /// From now on jobs are done as in production, without the test asking.
    pub async fn start_workers(&self) {
        jobs::work_until_stopped(App::clone(&self.app)).await;
    }

    /// As an operator stops it: running requests end first.
    pub async fn stop(self) {
        self.stop.cancel();
        self.serving.close();
        self.serving.wait().await;
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.store.close().await;
    }
}
