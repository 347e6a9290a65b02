//! The key that we log in with, and its certificate for the External Client App: RSA 2048, two years, readable by their
//! owner only.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use jiff::tz::TimeZone;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use secure_files::Timestamp;
use zeroize::Zeroizing;

use crate::private_file::write_new;

const YEARS: i16 = 2;

pub(super) fn key_file(folder: &Path) -> PathBuf {
    folder.join("org.key")
}

pub(super) fn certificate_file(folder: &Path) -> PathBuf {
    folder.join("org.crt")
}

/// Leaves an existing key alone: the Org may know its certificate already.
pub(super) fn make_if_missing(folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (key_file, certificate_file) = (key_file(folder), certificate_file(folder));
    if key_file.exists() && certificate_file.exists() {
        return Ok(());
    }
    let key = if key_file.exists() {
        let pem = Zeroizing::new(fs::read_to_string(&key_file)?);
        KeyPair::from_pem_and_sign_algo(&pem, &PKCS_RSA_SHA256)
            .with_context(|| format!("{} holds no RSA key", key_file.display()))?
    } else {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).context("no key can be made")?;
        write_new(&key_file, &Zeroizing::new(key.serialize_pem()))?;
        key
    };
    write_new(&certificate_file, &certificate(&key, now)?)
}

fn certificate(key: &KeyPair, now: Timestamp) -> anyhow::Result<String> {
    let today = jiff::Timestamp::from_millisecond(now.as_millis())?.to_zoned(TimeZone::UTC).date();
    // The 28th exists in every month of every year.
    let (month, day) = (today.month().unsigned_abs(), today.day().unsigned_abs().min(28));
    let mut parameters = CertificateParams::default();
    parameters.not_before = rcgen::date_time_ymd(i32::from(today.year()), month, day);
    parameters.not_after = rcgen::date_time_ymd(i32::from(today.year() + YEARS), month, day);
    parameters.distinguished_name.push(DnType::CommonName, "casegate");
    Ok(parameters.self_signed(key).context("the certificate cannot be signed")?.pem())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn key_and_certificate_are_made_once_and_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let now = Timestamp::from_millis(1_795_277_892_000);
        make_if_missing(&folder, now).unwrap();
        let (key, certificate) = (key_file(&folder), certificate_file(&folder));
        for file in [&key, &certificate] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let made = fs::read_to_string(&key).unwrap();
        jsonwebtoken::EncodingKey::from_rsa_pem(made.as_bytes()).unwrap();
        fs::remove_file(&certificate).unwrap();
        make_if_missing(&folder, now).unwrap();
        assert_eq!(fs::read_to_string(&key).unwrap(), made);
        let (_, pem) = x509_parser::pem::parse_x509_pem(&fs::read(&certificate).unwrap()).unwrap();
        let days = pem.parse_x509().unwrap().validity().not_after.timestamp() - now.as_millis() / 1000;
        assert!((729 * 86_400..=731 * 86_400).contains(&days));
    }
}
