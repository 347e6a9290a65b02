//! `[[org]]`: one Salesforce Org: how we log in to it, and how its agents prove themselves to us.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::Address;
use secure_files::OrgId;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{ConfigError, Origin, Secret, in_folder, read_text_file};

#[derive(Clone, Debug)]
pub struct OrgConfig {
    pub org_id: OrgId,
    pub instance_url: Origin,
    pub client_id: String,
    pub username: String,
    /// Where we log in, and the `aud` of our assertion.
    pub audience: Origin,
    /// PEM of the RSA key whose certificate the External Client App knows.
    pub private_key: Secret,
    /// One, or two while one replaces the other.
    pub agent_certificates: Vec<AgentCertificate>,
    pub lightning_origins: Vec<Origin>,
    /// Without underscores; empty when our components are not in a managed package.
    pub namespace_prefix: String,
    pub sandbox: bool,
    /// Lower case. Of a sandbox: the only domains that get mail. Of production: no meaning, must be empty.
    pub mail_domains: Vec<String>,
    pub case_mailbox: Option<Address>,
}

impl OrgConfig {
    /// What `salesforce-client` needs to speak to this Org.
    pub fn client_settings(&self) -> salesforce_client::Settings {
        salesforce_client::Settings {
            instance_url: self.instance_url.to_string(),
            // The Org's own domain takes assertions for every audience and survives a move to another instance.
            login_url: self.instance_url.to_string(),
            client_id: self.client_id.clone(),
            grant: salesforce_client::Grant::JwtBearer {
                username: self.username.clone(),
                audience: self.audience.to_string(),
                private_key_pem: Zeroizing::new(self.private_key.reveal().to_owned()),
            },
            api_version: "67.0".to_owned(),
            namespace_prefix: Some(self.namespace_prefix.clone()).filter(|prefix| !prefix.is_empty()),
            timeout: Duration::from_secs(30),
            // An instance_url in clear was accepted for this machine itself only.
            allow_loopback: !self.instance_url.is_https(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCertificate {
    pub pem: String,
    pub file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrg {
    org_id: String,
    instance_url: String,
    client_id: String,
    username: String,
    audience: Option<String>,
    private_key: Option<String>,
    private_key_file: Option<PathBuf>,
    agent_certificate_files: Vec<PathBuf>,
    lightning_origins: Vec<String>,
    #[serde(default)]
    namespace_prefix: String,
    #[serde(default)]
    sandbox: bool,
    #[serde(default)]
    mail_domains: Vec<String>,
    #[serde(default)]
    case_mailbox: String,
}

impl RawOrg {
    pub(super) fn read(self, index: usize, folder: &Path) -> Result<OrgConfig, ConfigError> {
        let key = |name: &str| format!("org {}: {name}", index + 1);
        let wrong = |name: &str, sentence: &str| ConfigError::wrong(key(name), sentence);
        let org_id = OrgId::parse(&self.org_id).map_err(|_| {
            wrong("org_id", "it is no Salesforce organisation id: 15 or 18 characters that begin with 00D")
        })?;
        let audience = self.audience.as_deref().unwrap_or(if self.sandbox {
            "https://test.salesforce.com"
        } else {
            "https://login.salesforce.com"
        });
        for (name, value) in [("client_id", &self.client_id), ("username", &self.username)] {
            if value.trim().is_empty() {
                return Err(wrong(name, "it is empty"));
            }
        }
        if !(1..=2).contains(&self.agent_certificate_files.len()) {
            return Err(wrong("agent_certificate_files", "give one certificate, or two while one replaces the other"));
        }
        if self.lightning_origins.is_empty() {
            return Err(wrong(
                "lightning_origins",
                "give the origin of the Org's Lightning pages, like https://acme.lightning.force.com",
            ));
        }
        if !is_namespace(&self.namespace_prefix) {
            return Err(wrong(
                "namespace_prefix",
                "it is no namespace: at most 15 letters, digits and single underscores",
            ));
        }
        if !self.sandbox && !self.mail_domains.is_empty() {
            return Err(wrong(
                "mail_domains",
                "only a sandbox restricts whom it mails; set sandbox = true or remove it",
            ));
        }
        Ok(OrgConfig {
            org_id,
            instance_url: Origin::parse(&self.instance_url).map_err(|sentence| wrong("instance_url", sentence))?,
            client_id: self.client_id,
            username: self.username,
            audience: Origin::parse(audience).map_err(|sentence| wrong("audience", sentence))?,
            private_key: Secret::required(
                &key("private_key"),
                self.private_key,
                self.private_key_file.as_deref(),
                folder,
            )?,
            agent_certificates: self
                .agent_certificate_files
                .iter()
                .map(|file| {
                    let file = in_folder(folder, file);
                    let pem = read_text_file(&key("agent_certificate_files"), &file)?;
                    Ok(AgentCertificate { pem, file })
                })
                .collect::<Result<_, ConfigError>>()?,
            lightning_origins: self
                .lightning_origins
                .iter()
                .map(|origin| Origin::parse(origin).map_err(|sentence| wrong("lightning_origins", sentence)))
                .collect::<Result<_, _>>()?,
            namespace_prefix: self.namespace_prefix,
            sandbox: self.sandbox,
            mail_domains: self
                .mail_domains
                .iter()
                .map(|domain| {
                    mail_domain(domain).ok_or_else(|| wrong("mail_domains", "write domains like example.com"))
                })
                .collect::<Result<_, _>>()?,
            case_mailbox: match self.case_mailbox.as_str() {
                "" => None,
                address => Some(address.parse().map_err(|_| wrong("case_mailbox", "it is no mail address"))?),
            },
        })
    }
}

fn mail_domain(text: &str) -> Option<String> {
    match url::Host::parse(text) {
        Ok(url::Host::Domain(name)) if !text.contains(['@', '*', '/']) => Some(name.to_lowercase()),
        _ => None,
    }
}

fn is_namespace(text: &str) -> bool {
    text.is_empty()
        || (text.len() <= 15
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !text.contains("__")
            && !text.ends_with('_'))
}
