//! `[telemetry]`: how we speak to operators.

use serde::Deserialize;

#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    pub log_format: LogFormat,
    /// Of our own events only. Libraries are heard from `warn` up, whatever is set here: at finer levels some of them
    /// write headers and statements, and with them secrets.
    pub log_level: LogLevel,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Json,
    Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTelemetry {
    #[serde(default)]
    log_format: LogFormat,
    #[serde(default)]
    log_level: LogLevel,
}

impl RawTelemetry {
    pub(super) fn read(self) -> TelemetryConfig {
        TelemetryConfig { log_format: self.log_format, log_level: self.log_level }
    }
}
