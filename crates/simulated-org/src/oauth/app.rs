//! External Client Apps as an admin registered them: keys, callback addresses, policies.
//!
//! Consumer key and secret of a seeded app are the same in every simulated Org, as nothing depends on their secrecy.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::{Denied, jwt_bearer};
use crate::record_id::RecordId;

#[derive(Clone, Debug)]
pub struct App {
    pub label: String,
    pub consumer_key: String,
    /// `None`: the client cannot keep one, like a command line, and proves itself by PKCE alone.
    pub consumer_secret: Option<String>,
    /// PEM; a JWT bearer assertion is signed by the key of one of them.
    pub certificates: Vec<String>,
    /// Compared character by character.
    pub callback_urls: Vec<String>,
    pub scopes: Vec<String>,
    pub permitted_users: PermittedUsers,
    /// Removed from the permitted ones by `revoke-approval`, whatever the policy says.
    pub withdrawn_users: BTreeSet<RecordId>,
    /// Whom client credentials act for; without one that grant is off.
    pub run_as: Option<RecordId>,
    pub rotates_refresh_tokens: bool,
    pub requires_pkce: bool,
    /// First and last address of each trusted range; anywhere when empty.
    pub ip_ranges: Vec<(IpAddr, IpAddr)>,
    /// Blocked by an admin in *Connected Apps OAuth Usage*.
    pub blocked: bool,
}

/// The policy *Permitted Users*.
#[derive(Clone, Debug)]
pub enum PermittedUsers {
    /// *All users may self-authorize*: on the consent page, once.
    SelfAuthorised,
    /// *Admin approved users are pre-authorized*.
    AdminApproved { profiles: Vec<String>, permission_sets: Vec<String>, users: BTreeSet<RecordId> },
}

/// The registered apps by nickname.
pub struct Apps {
    registered: Mutex<BTreeMap<String, App>>,
}

impl Apps {
    pub fn new(registered: BTreeMap<String, App>) -> Self {
        Self { registered: Mutex::new(registered) }
    }

    /// The app a consumer key belongs to, unless it is unknown or blocked.
    pub fn by_key(&self, consumer_key: &str) -> Result<App, Denied> {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        let app = registered.values().find(|app| app.consumer_key == consumer_key);
        let app = app.ok_or_else(|| Denied::new("invalid_client_id", "client identifier invalid"))?;
        if app.blocked {
            return Err(Denied::new("OAUTH_APP_BLOCKED", "this app is blocked by admin"));
        }
        Ok(app.clone())
    }

    pub fn named(&self, nickname: &str) -> Option<App> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).get(nickname).cloned()
    }

    pub fn all(&self) -> BTreeMap<String, App> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes an app's registration; `None` when there is no such app.
    pub fn alter<T>(&self, nickname: &str, change: impl FnOnce(&mut App) -> T) -> Option<T> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).get_mut(nickname).map(change)
    }
}

impl App {
    /// An admin approves the user; where users approve the app themselves, only a withdrawal is undone.
    pub fn pre_authorise(&mut self, user: RecordId) {
        self.withdrawn_users.remove(&user);
        if let PermittedUsers::AdminApproved { users, .. } = &mut self.permitted_users {
            users.insert(user);
        }
    }

    /// Registers a certificate for JWT bearer; says no when it holds no RSA key.
    pub fn register(&mut self, certificate_pem: &str) -> Result<(), jsonwebtoken::errors::Error> {
        jwt_bearer::public_key(certificate_pem)?;
        if !self.certificates.iter().any(|known| known == certificate_pem) {
            self.certificates.push(certificate_pem.to_owned());
        }
        Ok(())
    }
}
