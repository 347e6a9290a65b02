//! Keys of one world. RSA keys are slow to make, so each test program makes one pair per Org and uses it again.

use std::path::Path;
use std::sync::OnceLock;

use connector::randomness::Randomness;
use envelope::Identity;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

/// Key and self-signed certificate, PEM.
#[derive(Clone)]
pub struct RsaPair {
    pub key: String,
    pub certificate: String,
}

/// What connector and Org know each other by.
#[derive(Clone)]
pub struct OrgKeys {
    /// The connector logs in with it.
    pub client: RsaPair,
    /// The Org signs agent tokens with it.
    pub agent: RsaPair,
}

/// The most Orgs that a world has.
const ORGS: usize = 2;

pub fn of_org(index: usize) -> &'static OrgKeys {
    static MADE: [OnceLock<OrgKeys>; ORGS] = [const { OnceLock::new() }; ORGS];
    MADE[index].get_or_init(|| OrgKeys { client: rsa_pair("connector"), agent: rsa_pair("agent token") })
}

fn rsa_pair(name: &str) -> RsaPair {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("RSA keys can be made");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.self_signed(&key).expect("a key signs its own certificate").pem();
    RsaPair { key: key.serialize_pem(), certificate }
}

/// The connector's own: files in `folder` that its configuration names.
pub struct OwnKeys {
    pub recovery: Identity,
}

impl OwnKeys {
    pub fn make(folder: &Path) -> Self {
        let randomness = Randomness::system();
        let identity = || Identity::generate(&mut |out| randomness.fill(out)).expect("identities can be made");
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("the folder is ours");
        write("current.key", &identity().to_text());
        write("link-hash.key", &hex::encode(randomness.bytes::<32>()));
        Self { recovery: identity() }
    }
}
