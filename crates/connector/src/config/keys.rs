//! `[keys]`: the identities that open what is stored, and who can recover it without us.
//!
//! The text of an identity is only carried here; `envelope` parses it when the Keyring is opened and in `check-config`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, Secret};

#[derive(Clone, Debug)]
pub struct KeysConfig {
    /// `AGE-SECRET-KEY-1…`; comment lines as `age-keygen` writes them are allowed, see [`identity_line`].
    pub current_identity: Secret,
    pub retired_identities: Vec<Secret>,
    /// `age1…`
    pub recovery_recipients: Vec<String>,
    /// Keys the hash under which link secrets are looked up.
    pub link_hash_key: LinkHashKey,
}

#[derive(Clone)]
pub struct LinkHashKey {
    bytes: zeroize::Zeroizing<[u8; 32]>,
    file: Option<PathBuf>,
}

impl LinkHashKey {
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl std::fmt::Debug for LinkHashKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// The one line of an identity file that is not a comment; `None` when there is no or more than one such line.
pub fn identity_line(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.next()?;
    lines.next().is_none().then_some(line)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKeys {
    current_identity: Option<String>,
    current_identity_file: Option<PathBuf>,
    #[serde(default)]
    retired_identity_files: Vec<PathBuf>,
    recovery_recipients: Vec<String>,
    link_hash_key: Option<String>,
    link_hash_key_file: Option<PathBuf>,
}

impl RawKeys {
    pub(super) fn read(self, folder: &Path) -> Result<KeysConfig, ConfigError> {
        let current_identity = identity(
            "keys.current_identity",
            Secret::required(
                "keys.current_identity",
                self.current_identity,
                self.current_identity_file.as_deref(),
                folder,
            )?,
        )?;
        let retired_identities = self
            .retired_identity_files
            .iter()
            .map(|file| {
                let key = "keys.retired_identity_files";
                identity(key, Secret::from_file(key, folder, file)?)
            })
            .collect::<Result<_, _>>()?;
        if self.recovery_recipients.is_empty() {
            return Err(ConfigError::wrong(
                "keys.recovery_recipients",
                "it is empty: whoever loses the current identity would lose every file. \
                 Make one with `casegate new-key`, keep its identity off this machine, put its age1… here",
            ));
        }
        if let Some(bad) = self.recovery_recipients.iter().find(|recipient| !recipient.starts_with("age1")) {
            let sentence = if bad.starts_with("AGE-SECRET-KEY-") {
                "it holds an identity, which is secret; put the recipient (age1…) here".to_owned()
            } else {
                format!("{bad:?} is no age recipient; it must begin with age1")
            };
            return Err(ConfigError::wrong("keys.recovery_recipients", sentence));
        }
        let link_hash_key =
            Secret::required("keys.link_hash_key", self.link_hash_key, self.link_hash_key_file.as_deref(), folder)?;
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(link_hash_key.reveal().trim(), bytes.as_mut()).map_err(|_| {
            ConfigError::wrong("keys.link_hash_key", "it must be 64 hexadecimal digits, as `openssl rand -hex 32` prints")
        })?;
        Ok(KeysConfig {
            current_identity,
            retired_identities,
            recovery_recipients: self.recovery_recipients,
            link_hash_key: LinkHashKey { bytes, file: link_hash_key.file().map(Path::to_owned) },
        })
    }
}

fn identity(key: &str, secret: Secret) -> Result<Secret, ConfigError> {
    match identity_line(secret.reveal()) {
        Some(line) if line.starts_with("AGE-SECRET-KEY-1") => Ok(secret),
        _ => Err(ConfigError::wrong(key, "it must hold exactly one line that begins with AGE-SECRET-KEY-1")),
    }
}
