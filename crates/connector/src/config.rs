//! The TOML file an operator writes, read once and turned into checked values.
//!
//! One file per section. Nothing here tries a dependency: that is `check_config`. Relative paths in the file are
//! relative to the file's own folder, so it does not matter where `casegate` was started.
//!
//! Invariants: an unknown key is refused; a secret comes by value or by file, never both, and no `Debug` shows one.
//! Units: in the key's name (`_bytes`, `_hours`, `_days`, `_seconds`, `_per_minute`).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub mod database;
pub mod http;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod objects;
pub mod operator;
pub mod org;
pub mod origin;
pub mod policy;
pub mod scanners;
pub mod secret;
pub mod telemetry;
pub mod words;

pub use database::{DatabaseConfig, Engine};
pub use http::{ForwardedHeader, HttpConfig, TlsFiles};
pub use keys::KeysConfig;
pub use limits::LimitsConfig;
pub use mail::{MailConfig, SmtpServer, SmtpTls};
pub use objects::{ObjectPlace, ObjectsConfig};
pub use operator::{ConsentConfig, OperatorConfig};
pub use org::{AgentCertificate, OrgConfig};
pub use origin::Origin;
pub use policy::PolicyConfig;
pub use scanners::ScannerConfig;
pub use secret::Secret;
pub use telemetry::{LogFormat, LogLevel, TelemetryConfig};
pub use words::Words;

/// Everything the operator decided. Cloning copies secrets: share it in an `Arc`.
#[derive(Clone, Debug)]
pub struct Config {
    pub http: HttpConfig,
    pub database: DatabaseConfig,
    pub objects: ObjectsConfig,
    pub keys: KeysConfig,
    pub mail: MailConfig,
    pub operator: OperatorConfig,
    pub policy: PolicyConfig,
    pub limits: LimitsConfig,
    pub telemetry: TelemetryConfig,
    pub scanners: Vec<ScannerConfig>,
    pub orgs: Vec<OrgConfig>,
}

/// Why the file cannot be used, as a sentence that names section and key. Holds no value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read: {source}.", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind.
    #[error("{place}: {message}.")]
    Malformed { place: String, message: String },
    #[error("{key}: {sentence}.")]
    Wrong { key: String, sentence: String },
}

impl ConfigError {
    pub(crate) fn wrong(key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::Wrong { key: key.into(), sentence: sentence.into() }
    }
}

impl Config {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&text, folder)
    }

    /// `folder` is what relative paths in the text are relative to.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| malformed(text, &error))?;
        let config = Self {
            http: raw.http.read(folder)?,
            database: raw.database.read(folder)?,
            objects: raw.objects.read(folder)?,
            keys: raw.keys.read(folder)?,
            mail: raw.mail.read(folder)?,
            operator: raw.operator.read()?,
            policy: raw.policy.read()?,
            limits: raw.limits.read()?,
            telemetry: raw.telemetry.read(),
            scanners: raw
                .scanner
                .into_iter()
                .enumerate()
                .map(|(index, scanner)| scanner.read(index))
                .collect::<Result<_, _>>()?,
            orgs: raw
                .org
                .into_iter()
                .enumerate()
                .map(|(index, org)| org.read(index, folder))
                .collect::<Result<_, _>>()?,
        };
        refuse_shared_identities(&config.orgs)?;
        Ok(config)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    http: http::RawHttp,
    database: database::RawDatabase,
    objects: objects::RawObjects,
    keys: keys::RawKeys,
    mail: mail::RawMail,
    operator: operator::RawOperator,
    #[serde(default)]
    policy: policy::RawPolicy,
    #[serde(default)]
    limits: limits::RawLimits,
    #[serde(default)]
    telemetry: telemetry::RawTelemetry,
    #[serde(default)]
    scanner: Vec<scanners::RawScanner>,
    #[serde(default)]
    org: Vec<org::RawOrg>,
}

/// One Org's certificate or key must never speak for another, and an Org twice would be two sets of rules for one.
fn refuse_shared_identities(orgs: &[OrgConfig]) -> Result<(), ConfigError> {
    let mut ids = BTreeMap::new();
    let mut certificates = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for (index, org) in orgs.iter().enumerate() {
        let number = index + 1;
        if let Some(first) = ids.insert(&org.org_id, number) {
            return Err(ConfigError::wrong(
                format!("org {number}: org_id"),
                format!("{} is already org {first}; list every Org once", org.org_id),
            ));
        }
        for certificate in &org.agent_certificates {
            if let Some(first) = certificates.insert(certificate.pem.trim(), number)
                && first != number
            {
                return Err(ConfigError::wrong(
                    format!("org {number}: agent_certificate_files"),
                    format!(
                        "{} is also a certificate of org {first}; Orgs never share one",
                        certificate.file.display()
                    ),
                ));
            }
        }
        if let Some(first) = keys.insert(org.private_key.reveal().trim(), number) {
            return Err(ConfigError::wrong(
                format!("org {number}: private_key"),
                format!("it is also the key of org {first}; make one key for each Org"),
            ));
        }
    }
    Ok(())
}

/// `toml`'s own message quotes the line, which may hold a password: say where instead, and only what is wrong.
fn malformed(text: &str, error: &toml::de::Error) -> ConfigError {
    let Some(span) = error.span() else {
        return ConfigError::Malformed { place: "the file".to_owned(), message: error.message().to_owned() };
    };
    let start = span.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let number = text[..line_start].lines().count() + 1;
    let section = text[..line_start + line.len()]
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| line.starts_with('['))
        .map(|header| header.trim_matches(['[', ']', ' ']));
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(|key| !key.starts_with('['));
    let place = match (section, key) {
        (Some(section), Some(key)) => format!("line {number}, [{section}] {key}"),
        (Some(section), None) => format!("line {number}, [{section}]"),
        (None, Some(key)) => format!("line {number}, {key}"),
        (None, None) => format!("line {number}"),
    };
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    let message = match message.split_once(", expected ") {
        Some((what, expected)) if what.starts_with("invalid ") => format!("it must be {expected}"),
        _ => message,
    };
    ConfigError::Malformed { place, message }
}

fn in_folder(folder: &Path, path: &Path) -> PathBuf {
    folder.join(path)
}

fn read_text_file(key: &str, path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|error| ConfigError::wrong(key, format!("{} cannot be read: {error}", path.display())))
}

fn not_empty(key: &str, value: String) -> Result<String, ConfigError> {
    if value.trim().is_empty() { Err(ConfigError::wrong(key, "it is empty")) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
