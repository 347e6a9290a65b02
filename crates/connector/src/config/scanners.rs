//! `[[scanner]]`: malware scanners that look at every file. None: nobody looks, and the panel says so.

use std::{path::PathBuf, time::Duration};

use inspection::scanner::icap::Service;
use serde::Deserialize;

use super::{Config, ConfigError, not_empty};
use crate::scanners::{Place, Protocol, Scanner, Scanners};

#[derive(Clone, Debug)]
pub struct ScannerConfig {
    /// In logs and metrics.
    pub name: String,
    pub protocol: Protocol,
    pub place: Place,
    /// Largest stream it is given, bytes.
    pub max_bytes: u64,
    /// Longest time without progress.
    pub timeout: Duration,
    /// Oldest signatures whose "nothing found" counts.
    pub signatures_good_for: Duration,
}

/// What clamd takes unless it is told otherwise (`StreamMaxLength`, clamd.conf(5)).
const DEFAULT_MAX_BYTES: u64 = 100 * 1024 * 1024;
/// Parts overlap by 1 MiB; smaller ones would hardly get on.
const SMALLEST_MAX_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScanner {
    name: String,
    address: String,
    max_bytes: Option<u64>,
    timeout_seconds: Option<u32>,
    signatures_good_for_hours: Option<u32>,
}

impl RawScanner {
    pub(super) fn read(self, index: usize) -> Result<ScannerConfig, ConfigError> {
        let key = |name: &str| format!("scanner {}: {name}", index + 1);
        let (protocol, place) = address(&self.address).ok_or_else(|| {
            ConfigError::wrong(
                key("address"),
                "write clamd:///run/clamav/clamd.ctl, clamd://127.0.0.1:3310 or icap://127.0.0.1:1344/service",
            )
        })?;
        let max_bytes = self.max_bytes.unwrap_or(DEFAULT_MAX_BYTES);
        if max_bytes < SMALLEST_MAX_BYTES {
            return Err(ConfigError::wrong(key("max_bytes"), format!("it must be at least {SMALLEST_MAX_BYTES}")));
        }
        let seconds = self.timeout_seconds.unwrap_or(120);
        if !(1..=3_600).contains(&seconds) {
            return Err(ConfigError::wrong(key("timeout_seconds"), "it must be between 1 and 3600"));
        }
        let name = not_empty(&key("name"), self.name)?;
        let hours = self.signatures_good_for_hours.unwrap_or(72);
        Ok(ScannerConfig {
            name,
            protocol,
            place,
            max_bytes,
            timeout: Duration::from_secs(u64::from(seconds)),
            signatures_good_for: Duration::from_hours(u64::from(hours)),
        })
    }
}

impl ScannerConfig {
    pub fn open_all(configs: &[Self]) -> Scanners {
        Scanners::new(configs.iter().cloned().map(Scanner::new).collect())
    }
}

impl Config {
    /// Protocol and place of a scanner's address; `None` when it is not one.
    pub fn scanner_address(text: &str) -> Option<(Protocol, Place)> {
        address(text)
    }
}

fn address(text: &str) -> Option<(Protocol, Place)> {
    if let Some(rest) = text.strip_prefix("clamd://") {
        let place = if rest.starts_with('/') {
            Place::Socket(PathBuf::from(rest))
        } else {
            Place::Tcp(host_and_port(rest, None)?)
        };
        return Some((Protocol::Clamd, place));
    }
    let rest = text.strip_prefix("icap://")?;
    let (authority, path) = rest.split_once('/')?;
    let authority = host_and_port(authority, Some("1344"))?;
    // They become a line of a request.
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_graphic());
    if path.is_empty() || !is_plain(path) || !is_plain(&authority) {
        return None;
    }
    let service = Service { authority: authority.clone(), path: format!("/{path}") };
    Some((Protocol::Icap(service), Place::Tcp(authority)))
}

fn host_and_port(text: &str, default_port: Option<&str>) -> Option<String> {
    let has_port = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    match default_port {
        _ if has_port => Some(text.to_owned()),
        Some(port) if !text.is_empty() && !text.contains(':') => Some(format!("{text}:{port}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<ScannerConfig, ConfigError> {
        let raw = RawScanner {
            name: "av".to_owned(),
            address: address.to_owned(),
            max_bytes: None,
            timeout_seconds: None,
            signatures_good_for_hours: None,
        };
        raw.read(0)
    }

    #[test]
    fn an_address_names_protocol_and_place() {
        assert!(matches!(read("clamd:///run/clamd.ctl").unwrap().place, Place::Socket(path) if path.is_absolute()));
        assert!(matches!(read("clamd://127.0.0.1:3310").unwrap().place, Place::Tcp(at) if at == "127.0.0.1:3310"));
        let icap = read("icap://scan.example.com/virus_scan?allow204=on").unwrap();
        assert!(matches!(icap.place, Place::Tcp(at) if at == "scan.example.com:1344"));
        assert!(matches!(icap.protocol, Protocol::Icap(service) if service.path == "/virus_scan?allow204=on"));
        for wrong in ["", "clamd://", "clamd://host", "icap://host", "icap://host/", "icap://host/a b", "http://x/y"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.starts_with("scanner 1: address: write clamd://"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_limit_that_parts_could_not_overlap_in_is_refused() {
        let raw = RawScanner {
            name: "av".to_owned(),
            address: "clamd://127.0.0.1:3310".to_owned(),
            max_bytes: Some(1_000_000),
            timeout_seconds: None,
            signatures_good_for_hours: None,
        };
        assert!(raw.read(0).unwrap_err().to_string().contains("max_bytes"));
    }
}
