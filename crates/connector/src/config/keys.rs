//! `[keys]`: the identities that open what is stored, and who can recover it without us.

use std::path::{Path, PathBuf};

use envelope::{Identity, Keyring, Recipient};
use serde::Deserialize;

use super::{ConfigError, Secret};

#[derive(Clone, Debug)]
pub struct KeysConfig {
    /// Texts that `Identity::parse_file` has accepted.
    pub current_identity: Secret,
    pub retired_identities: Vec<Secret>,
    pub recovery_recipients: Vec<Recipient>,
    /// Keys the hash under which link secrets are looked up.
    pub link_hash_key: LinkHashKey,
}

impl KeysConfig {
    pub fn keyring(&self) -> Keyring {
        Keyring::new(parsed(&self.current_identity), self.retired_identities.iter().map(parsed).collect())
    }
}

fn parsed(identity: &Secret) -> Identity {
    Identity::parse_file(identity.reveal()).expect("identities were parsed when the configuration was read")
}

#[derive(Clone)]
pub struct LinkHashKey {
    bytes: zeroize::Zeroizing<[u8; 32]>,
    file: Option<PathBuf>,
}

impl LinkHashKey {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes: zeroize::Zeroizing::new(bytes), file: None }
    }

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
        let ours = parsed(&current_identity).recipient();
        let recovery_recipients = self
            .recovery_recipients
            .iter()
            .map(|text| recovery_recipient(text, &ours))
            .collect::<Result<_, _>>()
            .map_err(|sentence| ConfigError::wrong("keys.recovery_recipients", sentence))?;
        let link_hash_key =
            Secret::required("keys.link_hash_key", self.link_hash_key, self.link_hash_key_file.as_deref(), folder)?;
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(link_hash_key.reveal().trim(), bytes.as_mut()).map_err(|_| {
            ConfigError::wrong(
                "keys.link_hash_key",
                "it must be 64 hexadecimal digits, as `openssl rand -hex 32` prints",
            )
        })?;
        Ok(KeysConfig {
            current_identity,
            retired_identities,
            recovery_recipients,
            link_hash_key: LinkHashKey { bytes, file: link_hash_key.file().map(Path::to_owned) },
        })
    }
}

fn identity(key: &str, secret: Secret) -> Result<Secret, ConfigError> {
    match Identity::parse_file(secret.reveal()) {
        Ok(_) => Ok(secret),
        Err(error) => Err(ConfigError::wrong(key, format!("{error}; `casegate new-key` makes one"))),
    }
}

fn recovery_recipient(text: &str, ours: &Recipient) -> Result<Recipient, String> {
    if text.to_ascii_uppercase().contains("AGE-SECRET-KEY-") {
        return Err(
            "it holds an identity, which is secret and belongs off this machine; put its recipient here".to_owned()
        );
    }
    let recipient = Recipient::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
    if recipient == *ours {
        return Err("it is the current identity's own recipient: losing that one key would lose every file".to_owned());
    }
    Ok(recipient)
}
