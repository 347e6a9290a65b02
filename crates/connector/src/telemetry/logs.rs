//! Events to standard error, as JSON or as text, one line each.
//!
//! Invariants: whatever ends up in an event, it cannot begin a second line or move an operator's cursor; a panic is
//! reported by its place only, because its message may quote what was being handled.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, Registry, filter::Targets, fmt, fmt::MakeWriter, layer::SubscriberExt, util::TryInitError,
};

use crate::config::{LogFormat, LogLevel, TelemetryConfig};

/// For the whole process, once.
pub fn install_logs(config: &TelemetryConfig) -> Result<(), TryInitError> {
    use tracing_subscriber::util::SubscriberInitExt;
    Registry::default().with(layer(config, || OneLine(io::stderr()))).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "casegate::panic", place, "a bug stopped one task");
    }));
    Ok(())
}

fn layer<W>(config: &TelemetryConfig, writer: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter(config.log_level);
    match config.log_format {
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(writer)
            .with_filter(filter)
            .boxed(),
        LogFormat::Text => fmt::layer().with_ansi(false).with_writer(writer).with_filter(filter).boxed(),
    }
}

/// Our own crates at the chosen level, every library from `warn` up.
fn filter(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let libraries = ours.min(LevelFilter::WARN);
    ["casegate", "connector", "salesforce_client", "secure_files", "envelope", "audit_log"]
        .into_iter()
        .fold(Targets::new().with_default(libraries), |targets, name| targets.with_target(name, ours))
}

/// Turns every control character of an event except its final newline into a visible escape.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// The formatter hands over one whole event per call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let body = event.strip_suffix(b"\n").unwrap_or(event);
        let text = String::from_utf8_lossy(body);
        if text.chars().any(char::is_control) {
            let mut line = String::with_capacity(event.len() + 16);
            for character in text.chars() {
                if character.is_control() {
                    line.extend(character.escape_default());
                } else {
                    line.push(character);
                }
            }
            line.push('\n');
            self.0.write_all(line.as_bytes())?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log_format: LogFormat, log_level: LogLevel, work: impl FnOnce()) -> String {
        let captured = Captured::default();
        let sink = captured.clone();
        let config = TelemetryConfig { log_format, log_level };
        let subscriber = Registry::default().with(layer(&config, move || OneLine(sink.clone())));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn control_characters_cannot_begin_a_second_line() {
        for format in [LogFormat::Json, LogFormat::Text] {
            let text = logged(format, LogLevel::Info, || {
                tracing::info!(target: "casegate", answer = %"250 ok\r\nFAKE \u{1b}[31mline\u{9b}", "mail\nsent");
            });
            assert_eq!(text.matches('\n').count(), 1, "{text:?}");
            assert!(!text.contains(['\r', '\u{1b}', '\u{9b}']), "{text:?}");
        }
    }

    #[test]
    fn json_events_are_json() {
        let text = logged(LogFormat::Json, LogLevel::Info, || {
            tracing::info!(target: "casegate::request", status = 200, "request");
        });
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&event["status"], &event["message"]), (&200.into(), &"request".into()));
    }

    #[test]
    fn libraries_are_quiet_at_every_level() {
        let text = logged(LogFormat::Text, LogLevel::Debug, || {
            tracing::debug!(target: "h2::codec", "authorization: Bearer secret");
            tracing::info!(target: "hyper", "secret");
            tracing::warn!(target: "sqlx", "a warning");
            tracing::debug!(target: "connector::store", "ours");
        });
        assert!(!text.contains("secret") && text.contains("a warning") && text.contains("ours"), "{text}");
        assert_eq!(logged(LogFormat::Text, LogLevel::Error, || tracing::warn!(target: "sqlx", "hidden")), "");
    }
}
