//! The connector's configuration for one world, as an operator would write it.

use std::fmt::Write as _;
use std::path::Path;

use simulated_org::SimulatedOrg;

use crate::keys::{self, OwnKeys};
use crate::options::Options;

/// Where the pieces of a world are.
pub struct Places<'a> {
    pub folder: &'a Path,
    pub base_url: &'a str,
    pub database_url: &'a str,
    /// The lines of `[objects]`.
    pub objects: &'a str,
}

/// TOML's basic strings are JSON's, for the characters that occur here.
fn quoted(text: impl std::fmt::Display) -> String {
    serde_json::Value::from(text.to_string()).to_string()
}

/// Everything but `[http] listen`, which differs between connectors of one world.
pub fn text(options: &Options, places: &Places<'_>, own: &OwnKeys, orgs: &[SimulatedOrg]) -> String {
    let mut text = format!(
        r#"base_url = {base_url}

[database]
url = {database_url}

[objects]
{objects}

[keys]
current_identity_file = "current.key"
link_hash_key_file = "link-hash.key"
recovery_recipients = [{recovery}]

[mail]
smtp_url = {smtp}
from = "support@northwind.example"
from_name = "Northwind Support"
timeout_seconds = 5

[operator]
organisation = "Northwind Industries"
stored_where = "in Frankfurt"
legal_basis = "Art. 6 (1) (b) GDPR"
dpo_contact = "privacy@northwind.example"
time_zone = "Europe/Berlin"
{consent}

[policy]
{policy}

[limits]
free_space_reserve_bytes = 0
{limits}
"#,
        base_url = quoted(places.base_url),
        database_url = quoted(places.database_url),
        objects = places.objects,
        recovery = quoted(own.recovery.recipient()),
        smtp = quoted(format_args!("smtp://{}", orgs[0].smtp_address())),
        consent =
            options.consent_wording.map(|words| format!("consent_wording = {}", quoted(words))).unwrap_or_default(),
        policy = options.policy,
        limits = options.limits,
    );
    text.push_str(&options.scanners);
    for (index, org) in orgs.iter().enumerate() {
        let (key, certificate) = (format!("org-{index}.key"), format!("org-{index}.crt"));
        let write = |name: &str, pem: &str| std::fs::write(places.folder.join(name), pem).expect("the folder is ours");
        write(&key, &keys::of_org(index).client.key);
        write(&certificate, org.agent_certificate_pem());
        write!(
            text,
            r"
[[org]]
org_id = {org_id}
instance_url = {url}
client_id = {client_id}
username = {username}
audience = {url}
private_key_file = {key}
agent_certificate_files = [{certificate}]
lightning_origins = [{url}]
namespace_prefix = {namespace}
",
            org_id = quoted(org.org_id()),
            url = quoted(org.url()),
            client_id = quoted(org.client_id()),
            username = quoted(org.integration_username()),
            key = quoted(&key),
            certificate = quoted(&certificate),
            namespace = quoted(options.namespace),
        )
        .expect("writing to a string");
    }
    text
}
