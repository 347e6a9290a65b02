//! The Orgs this connector serves, and our nouns as their records: the only place that knows Salesforce's field names.
//!
//! Invariant: everything is looked up by Org id first; two Orgs may hold identical record ids.

mod news;
mod questions;
pub mod records;
mod verify_token;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use salesforce_client::{OrgConnection, OrgError};
use secure_files::{CaseId, OrgId, Timestamp, UserId};

pub use news::{LostCase, RequestedFiles};
pub use verify_token::{JwsFault, public_key_of, verify_agent_token, verify_jws};

use crate::clock::Clock;
use crate::config::OrgConfig;

/// One Org.
pub struct Org {
    pub config: OrgConfig,
    pub connection: OrgConnection,
    keys: Vec<DecodingKey>,
    /// When a user was last seen to have access to a Case.
    seen_access: Mutex<BTreeMap<(UserId, CaseId), Timestamp>>,
}

/// How long an answer of `UserRecordAccess` may be relied on.
pub const ACCESS_GOOD_FOR: Duration = Duration::from_mins(1);

impl Org {
    pub fn id(&self) -> &OrgId {
        &self.config.org_id
    }

    /// The id under which a thing of ours is known in this Org.
    pub fn external_id(&self, own_id: &str) -> String {
        format!("{}.{own_id}", self.config.org_id)
    }

    /// Whether the user may read the Case, by an answer of the Org that is at most a minute old: for requests that go on
    /// with something that was granted before.
    pub async fn may_still_read(&self, user: &UserId, case: &CaseId, now: Timestamp) -> Result<bool, OrgError> {
        {
            let mut seen = self.seen_access.lock().expect("no holder of the seen accesses panics");
            seen.retain(|_, at| now.since(*at) < ACCESS_GOOD_FOR);
            if seen.contains_key(&(user.clone(), case.clone())) {
                return Ok(true);
            }
        }
        self.may_read(user, case, now).await
    }

    /// Whether the user may read the Case, asked now.
    pub async fn may_read(&self, user: &UserId, case: &CaseId, now: Timestamp) -> Result<bool, OrgError> {
        let record_id = |text: &str| {
            salesforce_client::RecordId::parse(text).map_err(|_| OrgError::FixRequest {
                code: "MALFORMED_ID".to_owned(),
                message: String::new(),
                fields: vec![],
            })
        };
        let rows = self.connection.user_record_access(&record_id(user.as_str())?, &[record_id(case.as_str())?]).await?;
        // No row means no access.
        let may = rows.iter().any(|row| row.record_id.as_str() == case.as_str() && row.has_read);
        let mut seen = self.seen_access.lock().expect("no holder of the seen accesses panics");
        if may {
            seen.insert((user.clone(), case.clone()), now);
        } else {
            seen.remove(&(user.clone(), case.clone()));
        }
        Ok(may)
    }
}

/// Every Org, by id.
#[derive(Clone)]
pub struct Orgs(Arc<BTreeMap<OrgId, Arc<Org>>>);

impl Orgs {
    /// Opens a connection to each; nothing is sent yet.
    pub fn open(configs: &[OrgConfig], clock: &Clock) -> anyhow::Result<Self> {
        let mut orgs = BTreeMap::new();
        for config in configs {
            let clock = clock.clone();
            let connection = OrgConnection::new(config.client_settings(), Arc::new(move || clock.now().as_millis()))
                .map_err(|error| anyhow::anyhow!("Org {}: {error}", config.org_id))?;
            let keys = config
                .agent_certificates
                .iter()
                .map(|certificate| public_key_of(&certificate.pem))
                .collect::<Result<_, _>>()
                .map_err(|error| anyhow::anyhow!("Org {}: {error}", config.org_id))?;
            let org = Org { config: config.clone(), connection, keys, seen_access: Mutex::default() };
            orgs.insert(config.org_id.clone(), Arc::new(org));
        }
        Ok(Self(Arc::new(orgs)))
    }

    pub fn find(&self, id: &OrgId) -> Option<&Arc<Org>> {
        self.0.get(id)
    }

    /// By an id that our own database holds.
    pub fn recorded(&self, id: &str) -> Option<&Arc<Org>> {
        self.find(&OrgId::parse(id).ok()?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Org>> {
        self.0.values()
    }
}
