//! The TLS certificate and key, read again when their files change or the operator sends SIGHUP.
//!
//! Invariants: files that cannot be used never replace a certificate that works; connections keep the one they began
//! with.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock},
    time::{Duration, SystemTime},
};

use metrics::gauge;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time,
};

use crate::config::TlsFiles;

pub struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
    loaded: Mutex<Fingerprint>,
}

/// When and how long the two files were: enough to notice a renewal, also behind a symbolic link.
type Fingerprint = [Option<(SystemTime, u64)>; 2];

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("{} holds no readable PEM {what}: {detail}", path.display())]
    Unreadable { path: PathBuf, what: &'static str, detail: String },
    #[error("{} and {} cannot be used together: {source}", certificate.display(), key.display())]
    Unusable { certificate: PathBuf, key: PathBuf, source: rustls::Error },
}

/// Certificate renewals are daily at most; a minute late is early enough.
const LOOK_EVERY: Duration = Duration::from_mins(1);

impl Certificates {
    pub fn load(files: &TlsFiles) -> Result<Self, CertificateError> {
        // Taken before reading: a change in between is then seen at the next look.
        let loaded = Mutex::new(fingerprint(files));
        Ok(Self { files: files.clone(), current: RwLock::new(read(files)?), loaded })
    }

    pub fn current(&self) -> Arc<ServerConfig> {
        self.current.read().expect("no holder of the certificate panics").clone()
    }

    /// Whether a changed pair was taken over. On an error the old one stays, and the next look tries again.
    pub fn reload_if_changed(&self) -> Result<bool, CertificateError> {
        let mut loaded = self.loaded.lock().expect("no holder of the fingerprint panics");
        let found = fingerprint(&self.files);
        if *loaded == found {
            return Ok(false);
        }
        self.reload()?;
        *loaded = found;
        Ok(true)
    }

    fn reload(&self) -> Result<(), CertificateError> {
        let fresh = read(&self.files)?;
        *self.current.write().expect("no holder of the certificate panics") = fresh;
        Ok(())
    }

    /// Never returns; the server drops it at the end.
    pub(super) async fn reload_when_changed(&self) {
        let mut hangup = signal(SignalKind::hangup()).ok();
        loop {
            let outcome = tokio::select! {
                () = time::sleep(LOOK_EVERY) => self.reload_if_changed(),
                // Asked by name: read again whatever the files' dates say.
                Some(()) = async { hangup.as_mut()?.recv().await } => self.reload().map(|()| true),
            };
            match outcome {
                Ok(false) => {}
                Ok(true) => {
                    gauge!("casegate_tls_certificate_reloaded").set(1.0);
                    tracing::info!(target: "casegate", "the TLS certificate was read again");
                }
                Err(error) => {
                    gauge!("casegate_tls_certificate_reloaded").set(0.0);
                    tracing::error!(target: "casegate", %error, "the TLS certificate was not read again; the old one stays");
                }
            }
        }
    }
}

fn fingerprint(files: &TlsFiles) -> Fingerprint {
    let of = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    [of(&files.certificate), of(&files.key)]
}

/// Also what `check-config` calls: both files must parse and belong together.
pub fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, CertificateError> {
    let chain = read_chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| CertificateError::Unreadable {
        path: files.key.clone(),
        what: "key",
        detail: error.to_string(),
    })?;
    let unusable =
        |source| CertificateError::Unusable { certificate: files.certificate.clone(), key: files.key.clone(), source };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

pub fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let unreadable =
        |detail: String| CertificateError::Unreadable { path: path.to_owned(), what: "certificate", detail };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(error.to_string()))?;
    if chain.is_empty() { Err(unreadable("there is none in it".to_owned())) } else { Ok(chain) }
}
