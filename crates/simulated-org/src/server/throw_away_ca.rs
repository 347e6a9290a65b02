//! A certificate authority that lives as long as the Org: clients under test trust it, nobody else ever should.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What the https port needs, and what its clients must trust.
pub struct ThrowAwayCa {
    pub certificate_pem: String,
    pub acceptor: TlsAcceptor,
}

impl ThrowAwayCa {
    /// Also certifies the names of a real Org, for clients that are led here under such a name.
    pub fn make(instance_prefix: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Simulated Org, throw-away CA");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?).context("the throw-away CA")?;

        let names = [
            "localhost",
            "127.0.0.1",
            "::1",
            "login.salesforce.com",
            "test.salesforce.com",
            &format!("{instance_prefix}.my.salesforce.com"),
        ];
        let mut params = CertificateParams::new(names.map(str::to_owned))?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer).context("the https certificate")?;

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { certificate_pem: issuer.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
