//! `[http]`: where we listen, what we are called, whom we believe about the client's address.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use serde::Deserialize;

use super::{ConfigError, Origin, in_folder};

#[derive(Clone, Debug)]
pub struct HttpConfig {
    pub listen: SocketAddr,
    /// What customers, agents and agent tokens (`aud`) call this connector.
    pub base_url: Origin,
    pub trusted_proxies: Vec<IpNet>,
    pub forwarded_header: ForwardedHeader,
    pub tls: Option<TlsFiles>,
    pub metrics_listen: Option<SocketAddr>,
    pub upload_page_frame_ancestors: Vec<Origin>,
    pub max_connections: usize,
    /// How long a client may take to send a request's headers, and how long an idle connection is kept.
    pub header_read: Duration,
    /// How long running requests may go on after the order to stop.
    pub drain: Duration,
}

/// Which of the two headers the trusted proxies set. The other one is whatever the client wrote, so it is never read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    #[default]
    XForwardedFor,
    Forwarded,
}

#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHttp {
    listen: SocketAddr,
    base_url: String,
    #[serde(default)]
    trusted_proxies: Vec<IpNet>,
    #[serde(default)]
    forwarded_header: ForwardedHeader,
    tls_certificate_file: Option<PathBuf>,
    tls_key_file: Option<PathBuf>,
    metrics_listen: Option<SocketAddr>,
    #[serde(default)]
    upload_page_frame_ancestors: Vec<String>,
    max_connections: Option<usize>,
    header_read_seconds: Option<u64>,
    drain_seconds: Option<u64>,
}

impl RawHttp {
    pub(super) fn read(self, folder: &Path) -> Result<HttpConfig, ConfigError> {
        let base_url =
            Origin::parse(&self.base_url).map_err(|sentence| ConfigError::wrong("http.base_url", sentence))?;
        let tls = match (self.tls_certificate_file, self.tls_key_file) {
            (Some(certificate), Some(key)) => {
                Some(TlsFiles { certificate: in_folder(folder, &certificate), key: in_folder(folder, &key) })
            }
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::wrong("http.tls_key_file", "the certificate's key is missing")),
            (None, Some(_)) => {
                return Err(ConfigError::wrong("http.tls_certificate_file", "the key's certificate is missing"));
            }
        };
        if tls.is_none() && self.trusted_proxies.is_empty() && !self.listen.ip().is_loopback() {
            return Err(ConfigError::wrong(
                "http.listen",
                "other machines can reach it in clear: set tls_certificate_file and tls_key_file, \
                 or trusted_proxies when a proxy in front speaks TLS, or listen on 127.0.0.1",
            ));
        }
        if tls.is_some() && !base_url.is_https() {
            return Err(ConfigError::wrong("http.base_url", "it must begin with https:// because TLS is configured"));
        }
        if self.metrics_listen.is_some_and(|metrics| metrics == self.listen && metrics.port() != 0) {
            return Err(ConfigError::wrong("http.metrics_listen", "it must differ from http.listen"));
        }
        Ok(HttpConfig {
            listen: self.listen,
            base_url,
            trusted_proxies: self.trusted_proxies,
            forwarded_header: self.forwarded_header,
            tls,
            metrics_listen: self.metrics_listen,
            upload_page_frame_ancestors: self
                .upload_page_frame_ancestors
                .iter()
                .map(|origin| Origin::parse(origin))
                .collect::<Result<_, _>>()
                .map_err(|sentence| ConfigError::wrong("http.upload_page_frame_ancestors", sentence))?,
            max_connections: at_least_one("http.max_connections", self.max_connections.unwrap_or(4096))?,
            header_read: Duration::from_secs(at_least_one(
                "http.header_read_seconds",
                self.header_read_seconds.unwrap_or(20),
            )?),
            drain: Duration::from_secs(self.drain_seconds.unwrap_or(30)),
        })
    }
}

fn at_least_one<N: PartialEq + Default>(key: &str, number: N) -> Result<N, ConfigError> {
    if number == N::default() { Err(ConfigError::wrong(key, "it must be at least 1")) } else { Ok(number) }
}
