//! Keys of one demo: the connector's and the recovery identity, the key that hashes links, and the RSA key the Org knows
//! us by.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

use xtask::{digest, run, workspace};

pub struct Keys {
    pub current: PathBuf,
    pub recovery_recipient: String,
    pub link_hash: PathBuf,
    pub client_key: PathBuf,
    pub client_certificate_pem: String,
}

impl Keys {
    pub fn make(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (current, _) = age_identity(&folder.join("current.key"))?;
        let (_, recovery_recipient) = age_identity(&folder.join("recovery.key"))?;

        let link_hash = folder.join("link-hash.key");
        let key = KeyPair::generate().context("drawing a random key")?;
        // Thirty-two random bytes, from the one source of randomness at hand.
        private_file(&link_hash, &digest::sha256(&key.serialize_der()))?;

        let client = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.distinguished_name.push(DnType::CommonName, "Casegate connector (demo)");
        let client_certificate_pem = parameters.self_signed(&client)?.pem();
        let client_key = folder.join("org-client.key");
        private_file(&client_key, &client.serialize_pem())?;
        fs::write(folder.join("org-client.crt"), &client_certificate_pem)?;

        Ok(Self { current, recovery_recipient, link_hash, client_key, client_certificate_pem })
    }
}

/// Made by the product's own command, in the file format of `age-keygen`.
fn age_identity(path: &Path) -> Result<(PathBuf, String)> {
    let made = run::output(Command::new(workspace::program("casegate")).arg("new-key"))?;
    let word = |prefix: &str| {
        let found = made.split_whitespace().find(|word| word.starts_with(prefix));
        found.map(str::to_owned).with_context(|| format!("`casegate new-key` prints no {prefix}…"))
    };
    let (identity, recipient) = (word("AGE-SECRET-KEY-1")?, word("age1")?);
    private_file(path, &format!("# public key: {recipient}\n{identity}\n"))?;
    Ok((path.to_owned(), recipient))
}

fn private_file(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| path.display().to_string())
}
