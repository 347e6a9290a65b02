//! `[mail]`: the server that takes our mail, and whose name is on it.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::{Address, message::Mailbox};
use serde::Deserialize;
use url::Url;

use super::{ConfigError, Secret, in_folder, origin::is_loopback, read_text_file};

#[derive(Clone, Debug)]
pub struct MailConfig {
    pub server: SmtpServer,
    pub from: Mailbox,
    /// How long one mail may take up to the moment its text is handed over, and again from there to the answer.
    pub timeout: Duration,
}

#[derive(Clone)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub credentials: Option<(String, Secret)>,
    /// PEM of an authority to trust in addition to the public ones.
    pub ca_certificate: Option<String>,
    pub file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte (`smtps://`).
    Immediate,
    /// STARTTLS or nothing (`?tls=required`).
    Required,
    /// In clear: to this machine, or when the operator wrote `?tls=none`.
    None,
}

/// Where, and how: nothing of the credentials.
impl fmt::Display for SmtpServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.tls {
            SmtpTls::Immediate => "with TLS",
            SmtpTls::Required => "with STARTTLS",
            SmtpTls::None => "in clear",
        };
        write!(formatter, "{}:{} {how}", self.host, self.port)
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMail {
    smtp_url: Option<String>,
    smtp_url_file: Option<PathBuf>,
    ca_certificate_file: Option<PathBuf>,
    from: String,
    from_name: String,
    timeout_seconds: Option<u64>,
}

impl RawMail {
    pub(super) fn read(self, folder: &Path) -> Result<MailConfig, ConfigError> {
        let url = Secret::required("mail.smtp_url", self.smtp_url, self.smtp_url_file.as_deref(), folder)?;
        let mut server = server(&url)?;
        server.ca_certificate = self
            .ca_certificate_file
            .map(|file| read_text_file("mail.ca_certificate_file", &in_folder(folder, &file)))
            .transpose()?;
        let address: Address =
            self.from.parse().map_err(|_| ConfigError::wrong("mail.from", "it is no mail address"))?;
        if self.from_name.trim().is_empty() || self.from_name.chars().any(char::is_control) {
            return Err(ConfigError::wrong("mail.from_name", "it must be one line of text"));
        }
        let seconds = self.timeout_seconds.unwrap_or(60);
        if seconds == 0 {
            return Err(ConfigError::wrong("mail.timeout_seconds", "it must be at least 1"));
        }
        Ok(MailConfig {
            server,
            from: Mailbox::new(Some(self.from_name), address),
            timeout: Duration::from_secs(seconds),
        })
    }
}

fn server(secret: &Secret) -> Result<SmtpServer, ConfigError> {
    let wrong = |sentence: &str| ConfigError::wrong("mail.smtp_url", sentence);
    let url = Url::parse(secret.reveal())
        .map_err(|_| wrong("write it like smtps://user:password@mail.example.com or smtp://127.0.0.1:25"))?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("the host is missing"))?;
    let wish = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
    let (tls, default_port) = match (url.scheme(), wish.as_deref()) {
        ("smtps", None) => (SmtpTls::Immediate, 465),
        ("smtp", Some("required")) => (SmtpTls::Required, 587),
        ("smtp", Some("none")) => (SmtpTls::None, 25),
        ("smtp", None) if is_loopback(&url) || is_loopback_host(host) => (SmtpTls::None, 25),
        ("smtp", None) => {
            return Err(wrong(
                "mails carry links that open an upload: use smtps://, or add ?tls=required; \
                 ?tls=none only when the way to that server is private",
            ));
        }
        _ => return Err(wrong("it must begin with smtps:// or smtp://, and tls may be required or none")),
    };
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| wrong("user name and password must be UTF-8, percent-encoded"))
    };
    let credentials = match url.password() {
        Some(password) => Some((decode(url.username())?, Secret::new(decode(password)?))),
        None if url.username().is_empty() => None,
        None => return Err(wrong("the password is missing")),
    };
    if credentials.is_some() && tls == SmtpTls::None && !is_loopback_host(host) {
        return Err(wrong("a password would travel in clear: use smtps:// or ?tls=required"));
    }
    Ok(SmtpServer {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(default_port),
        tls,
        credentials,
        ca_certificate: None,
        file: secret.file().map(Path::to_owned),
    })
}

/// `smtp` is no special scheme, so `url` leaves addresses as names.
fn is_loopback_host(host: &str) -> bool {
    super::origin::is_loopback_name(host)
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
