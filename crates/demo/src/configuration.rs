//! The connector's configuration for one demo, written as an operator would write it.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{admin::Org, keys::Keys};

/// Where the pieces meet.
pub struct Places<'a> {
    pub connector: std::net::SocketAddr,
    /// What everybody calls the connector; the audience of agent tokens.
    pub base_url: &'a str,
    /// The page that shows the upload page in a frame.
    pub demo_page: &'a str,
    pub metrics: std::net::SocketAddr,
}

/// TOML's basic strings are JSON's, for the characters that occur here.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub fn write(file: &Path, data: &Path, keys: &Keys, org: &Org, places: &Places<'_>) -> Result<()> {
    let path = |path: &Path| quoted(&path.display().to_string());
    let certificate = data.join("keys/agent-token.crt");
    fs::write(&certificate, &org.agent_certificate_pem)?;
    fs::create_dir_all(data.join("objects"))?;
    let text = format!(
        r#"# Written by `cargo xtask demo`.
[http]
listen = {listen}
base_url = {base_url}
metrics_listen = {metrics}
upload_page_frame_ancestors = [{demo_page}]

[database]
url = {database}

[objects]
url = {objects}

[keys]
current_identity_file = {current}
recovery_recipients = [{recovery}]
link_hash_key_file = {link_hash}

[mail]
smtp_url = {smtp}
from = "support@northwind.example"
from_name = "Northwind Support"

[operator]
organisation = "Northwind Industries"
stored_where = "on this machine, in the folder of the demo"
legal_basis = "Art. 6 (1) (b) GDPR: handling your support request"
dpo_contact = "privacy@northwind.example"
time_zone = "Europe/Berlin"

[[org]]
org_id = {org_id}
instance_url = {instance}
client_id = {client_id}
username = {username}
audience = {instance}
private_key_file = {client_key}
agent_certificate_files = [{certificate}]
lightning_origins = [{instance}]
"#,
        listen = quoted(&places.connector.to_string()),
        base_url = quoted(places.base_url),
        metrics = quoted(&places.metrics.to_string()),
        demo_page = quoted(places.demo_page),
        database = quoted(&format!("sqlite://{}", data.join("casegate.sqlite").display())),
        objects = quoted(&format!("file://{}", data.join("objects").display())),
        current = path(&keys.current),
        recovery = quoted(&keys.recovery_recipient),
        link_hash = path(&keys.link_hash),
        smtp = quoted(&format!("smtp://{}", org.smtp)),
        org_id = quoted(&org.organization_id),
        instance = quoted(&org.url),
        client_id = quoted(&org.client_id),
        username = quoted(&org.integration_username),
        client_key = path(&keys.client_key),
        certificate = path(&certificate),
    );
    Ok(fs::write(file, text)?)
}
