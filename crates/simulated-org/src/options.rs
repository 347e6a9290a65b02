//! What one simulated Org is told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::clock::{BaseClock, system_clock};
use crate::files::receive::FileLimits;

#[derive(Clone)]
pub struct Options {
    /// The Org's own origin: REST and browser. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// The same origin over TLS, with a certificate of a CA made at start.
    pub https_listen: Option<SocketAddr>,
    pub admin_listen: SocketAddr,
    pub smtp_listen: SocketAddr,
    /// The repository root that holds `salesforce/`. Without it the Org has standard objects only.
    pub metadata: Option<PathBuf>,
    /// The metadata is not deployed yet: only its folder is known, and `deploy` brings objects and permissions.
    pub fresh: bool,
    /// A sandbox: says so, and carries the record ids of a production Org that was seeded alike.
    pub sandbox: bool,
    /// The built Case page: `index.html`, `/platform/`, `/c.js`, `/slds/`.
    pub assets: Option<PathBuf>,
    /// Where the connector is reached; the audience of agent tokens and the only foreign origin the page may call.
    pub connector_url: String,
    pub org_id: String,
    /// The first label of the My Domain name.
    pub instance_prefix: String,
    /// A managed package's namespace; custom names of ours then appear as `ns__Name__c` and only so.
    pub namespace: String,
    pub clock: BaseClock,
    /// PEM of the key and certificate that sign agent tokens; made anew when absent.
    pub agent_key_and_certificate: Option<(String, String)>,
    /// Holds JWT bearer assertions to an expiry within the documented three minutes.
    pub strict_jwt: bool,
    /// Logins that one user may make in one hour before `rate_limit_exceeded`.
    pub logins_per_hour: u32,
    /// No query answer holds more rows than this, so that paging shows with few rows.
    pub query_batch_limit: usize,
    /// Verified addresses that mails of `emailSimple` may come from.
    pub org_wide_addresses: Vec<String>,
    /// What uploads may weigh.
    pub file_limits: FileLimits,
    /// Stopping it fails when its referee has found anything: for tests.
    pub strict: bool,
    /// Shuffles what no ORDER BY puts in order. Another seed, other ties.
    pub shuffle_seed: u64,
    /// Mails above this size are refused.
    pub mail_limit_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: loopback,
            https_listen: None,
            admin_listen: loopback,
            smtp_listen: loopback,
            metadata: None,
            fresh: false,
            sandbox: false,
            assets: None,
            connector_url: "http://127.0.0.1:8443".to_owned(),
            org_id: "00D5g00000AbCdEEAV".to_owned(),
            instance_prefix: "northwind".to_owned(),
            namespace: String::new(),
            clock: system_clock(),
            agent_key_and_certificate: None,
            strict_jwt: false,
            logins_per_hour: 3_600,
            query_batch_limit: 2_000,
            org_wide_addresses: Vec::new(),
            file_limits: FileLimits::default(),
            strict: false,
            shuffle_seed: 0,
            mail_limit_bytes: 25 * 1024 * 1024,
        }
    }
}
