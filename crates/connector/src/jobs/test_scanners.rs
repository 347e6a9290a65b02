//! Every hour each scanner has to find our own sample again; one that could not be asked is asked again in a minute.

use std::time::Duration;

use crate::app::App;

const EVERY: Duration = Duration::from_hours(1);
const SOON: Duration = Duration::from_mins(1);

/// Tries all of them, and says when to do so again.
pub async fn test_scanners(app: &App) -> Duration {
    let mut again = EVERY;
    for scanner in app.scanners.all() {
        let name = scanner.name.clone();
        match scanner.test_itself().await {
            Ok(test) if test.proven_bytes >= scanner.max_bytes => {
                tracing::info!(target: "casegate", scanner = name, engine = test.engine, "the scanner finds our sample");
            }
            Ok(test) => tracing::error!(
                target: "casegate", scanner = name, engine = test.engine, found_up_to_bytes = test.proven_bytes,
                max_bytes = scanner.max_bytes,
                "the scanner does not find our sample at every size: larger files count as not fully checked"
            ),
            Err(silence) => {
                again = SOON;
                tracing::error!(
                    target: "casegate", scanner = name, error = %silence,
                    "the scanner could not be tried: until it can, no file counts as clean"
                );
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let proven = scanner.believed_bytes() as f64;
        metrics::gauge!("casegate_scanner_proven_bytes", "scanner" => name).set(proven);
    }
    again
}
