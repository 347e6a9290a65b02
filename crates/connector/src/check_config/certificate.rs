//! Certificates as `check-config` looks at them: readable, of the right kind, for the right name, not expired.
//!
//! Units: whole days, rounded down.

use rustls::{pki_types::ServerName, server::ParsedCertificate};
use secure_files::Timestamp;
use x509_parser::{certificate::X509Certificate, parse_x509_certificate, pem::parse_x509_pem, public_key::PublicKey};

use crate::{
    config::{AgentCertificate, Origin, TlsFiles},
    http_server::certificates,
};

pub(super) fn check_tls(files: &TlsFiles, base_url: &Origin, now: Timestamp) -> Result<String, String> {
    certificates::read(files).map_err(|error| error.to_string())?;
    let chain = certificates::read_chain(&files.certificate).map_err(|error| error.to_string())?;
    let leaf = chain.first().expect("a chain that was read is not empty");
    let name = base_url.host();
    let server_name = ServerName::try_from(name.clone())
        .map_err(|_| format!("{name} in http.base_url is no name for a certificate"))?;
    ParsedCertificate::try_from(leaf)
        .and_then(|parsed| rustls::client::verify_server_name(&parsed, &server_name))
        .map_err(|_| format!("{} is not for {name}, the name in http.base_url", files.certificate.display()))?;
    let (_, certificate) =
        parse_x509_certificate(leaf).map_err(|_| format!("{} cannot be read", files.certificate.display()))?;
    let days =
        days_left(&certificate, now).map_err(|sentence| format!("{}: {sentence}", files.certificate.display()))?;
    Ok(format!("{base_url}, certificate good for {days} days"))
}

pub(crate) fn check_agent(certificate: &AgentCertificate, now: Timestamp) -> Result<String, String> {
    let file = certificate.file.display();
    let (_, pem) = parse_x509_pem(certificate.pem.as_bytes())
        .map_err(|_| format!("{file} is no PEM certificate; download it in Setup, Certificate and Key Management"))?;
    let parsed = pem.parse_x509().map_err(|_| format!("{file} holds no readable certificate"))?;
    match parsed.public_key().parsed() {
        Ok(PublicKey::RSA(key)) if key.key_size() >= 2048 => {}
        Ok(PublicKey::RSA(_)) => return Err(format!("{file} has an RSA key of less than 2048 bits; make a new one")),
        _ => return Err(format!("{file} has no RSA key, but agent tokens are signed with RS256")),
    }
    let days = days_left(&parsed, now).map_err(|sentence| format!("{file}: {sentence}"))?;
    Ok(format!("agent certificate {file} good for {days} days"))
}

fn days_left(certificate: &X509Certificate<'_>, now: Timestamp) -> Result<i64, String> {
    let now = now.as_millis() / 1000;
    let validity = certificate.validity();
    if validity.not_before.timestamp() > now {
        return Err("the certificate is not valid yet; is this machine's clock right?".to_owned());
    }
    let left = validity.not_after.timestamp() - now;
    if left < 0 {
        return Err(format!("the certificate expired {} days ago; replace it", -left / 86_400));
    }
    Ok(left / 86_400)
}
