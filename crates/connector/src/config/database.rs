//! `[database]`: SQLite in one file, or a PostgreSQL server.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use url::Url;

use super::{ConfigError, Secret};

#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// May hold a password.
    pub url: Secret,
    pub engine: Engine,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Engine {
    Sqlite { file: PathBuf },
    Postgres { host: String },
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { file } => write!(formatter, "SQLite in {}", file.display()),
            Self::Postgres { host } => write!(formatter, "PostgreSQL at {host}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDatabase {
    url: Option<String>,
    url_file: Option<PathBuf>,
}

impl RawDatabase {
    pub(super) fn read(self, folder: &Path) -> Result<DatabaseConfig, ConfigError> {
        let url = Secret::required("database.url", self.url, self.url_file.as_deref(), folder)?;
        let parsed = Url::parse(url.reveal()).map_err(|_| {
            ConfigError::wrong(
                "database.url",
                "write it like sqlite:///var/lib/casegate/casegate.sqlite or postgres://user:password@host/casegate",
            )
        })?;
        let engine = match parsed.scheme() {
            "sqlite" => {
                let file = sqlite_file(&parsed)?;
                return Ok(DatabaseConfig { url: created_if_missing(url, parsed), engine: Engine::Sqlite { file } });
            }
            "postgres" | "postgresql" => Engine::Postgres {
                // A socket folder may be given as ?host=/run/postgresql instead.
                host: parsed.host_str().filter(|host| !host.is_empty()).unwrap_or("a local socket").to_owned(),
            },
            _ => return Err(ConfigError::wrong("database.url", "it must begin with sqlite:// or postgres://")),
        };
        Ok(DatabaseConfig { url, engine })
    }
}

/// The first start makes the file; without `mode` SQLite would only open one that is there.
fn created_if_missing(given: Secret, mut url: Url) -> Secret {
    if url.query_pairs().any(|(key, _)| key == "mode") {
        return given;
    }
    url.query_pairs_mut().append_pair("mode", "rwc");
    Secret::new(url.to_string())
}

/// Absolute, because SQLite would otherwise open whatever the working folder happens to hold.
fn sqlite_file(url: &Url) -> Result<PathBuf, ConfigError> {
    if url.host_str().is_some_and(|host| !host.is_empty()) || url.path().len() < 2 || !url.path().starts_with('/') {
        return Err(ConfigError::wrong(
            "database.url",
            "give SQLite's file as an absolute path, with three slashes: sqlite:///var/lib/casegate/casegate.sqlite",
        ));
    }
    let path = percent_encoding::percent_decode_str(url.path())
        .decode_utf8()
        .map_err(|_| ConfigError::wrong("database.url", "the file's path is not UTF-8"))?;
    Ok(PathBuf::from(path.as_ref()))
}
