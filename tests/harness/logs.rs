//! Everything the connector logs in this process, kept for the referee.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keep;

impl io::Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Once per process: our own crates down to `debug`, libraries from `info` up.
pub fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ours = ["casegate", "connector", "salesforce_client", "secure_files", "envelope"];
        let filter = ours.into_iter().fold(Targets::new().with_default(tracing::Level::INFO), |targets, name| {
            targets.with_target(name, tracing::Level::DEBUG)
        });
        let layer = fmt::layer().json().with_writer(|| Keep).with_filter(filter);
        // A test program that installed its own keeps it.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(layer));
    });
}

/// What was logged so far, by every test of this process.
pub fn lines() -> Vec<u8> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
