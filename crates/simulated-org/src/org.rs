//! The Org while it runs: its fixed parts, and its world behind one lock.
//!
//! Invariants: the lock is never held across an await; events leave only after their request has committed.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::broadcast;

use crate::agent_token::AgentSigner;
use crate::clock::OrgClock;
use crate::faults::Faults;
use crate::mail_sink::Mails;
use crate::oauth::app::Apps;
use crate::oauth::identity_key::IdentityKey;
use crate::options::Options;
use crate::record_id::RecordId;
use crate::referee::Referee;
use crate::request_log::RequestLog;
use crate::rights::Rights;
use crate::schema::Schema;
use crate::schema::labels::Labels;
use crate::schema::permission_set::Grants;
use crate::seed::{Seeded, apps};
use crate::start::SimulatedOrg;
use crate::streaming::Streaming;
use crate::versioned::Versioned;
use crate::work::Work;
use crate::world::World;

pub struct Org {
    pub options: Options,
    pub id: RecordId,
    /// The Org's own origin, known once its port is.
    pub url: String,
    pub https: Option<Https>,
    pub schema: Versioned<Schema>,
    pub clock: OrgClock,
    pub signer: AgentSigner,
    pub apps: Apps,
    /// Signs id_tokens.
    pub identity_key: IdentityKey,
    pub faults: Faults,
    pub referee: Referee,
    pub mails: Mails,
    pub requests: RequestLog,
    pub events: broadcast::Sender<Value>,
    pub streaming: Streaming,
    pub labels: Versioned<Labels>,
    /// Everything deployed so far, as SFDX source; what the Org started with is in it.
    pub deployed: Versioned<Option<TempDir>>,
    pub rights: Versioned<Rights>,
    world: Mutex<World>,
    seeded: OnceLock<Seeded>,
    /// Copies of this Org that were asked for over its admin port. They stop with it.
    sandboxes: Mutex<Vec<SimulatedOrg>>,
}

/// The Org's origin over TLS, and whom a client must trust to use it.
pub struct Https {
    pub url: String,
    pub ca_certificate_pem: String,
}

/// What `Org::new` is given once ports, schema and people are known.
pub struct Parts {
    pub options: Options,
    pub id: RecordId,
    pub url: String,
    pub https: Option<Https>,
    pub schema: Schema,
    pub clock: OrgClock,
    pub signer: AgentSigner,
    pub labels: Labels,
    pub rights: Rights,
}

impl Org {
    pub fn new(parts: Parts) -> Self {
        let Parts { options, id, url, https, schema, clock, signer, labels, rights } = parts;
        let mails = Mails::new(options.mail_limit_bytes);
        let world = World::new(&schema, clock.now());
        Self {
            apps: Apps::new(apps::seeded(&options.connector_url)),
            identity_key: IdentityKey::default(),
            options,
            id,
            url,
            https,
            schema: Versioned::new(schema),
            clock,
            signer,
            labels: Versioned::new(labels),
            deployed: Versioned::new(None),
            rights: Versioned::new(rights),
            faults: Faults::default(),
            referee: Referee::default(),
            mails,
            requests: RequestLog::default(),
            events: broadcast::channel(1_024).0,
            streaming: Streaming::default(),
            world: Mutex::new(world),
            seeded: OnceLock::new(),
            sandboxes: Mutex::default(),
        }
    }

    /// Runs one request for `user` as a transaction, then delivers its events.
    pub fn work<T>(&self, user: RecordId, run: impl FnOnce(&mut Work) -> T) -> T {
        let mut world = self.world();
        let now = self.clock.now();
        let answer = run(&mut Work { org: self, world: &mut world, user, now });
        world.rows.commit();
        let events = std::mem::take(&mut world.unsent_events);
        for (envelope, message) in std::mem::take(&mut world.unsent_mails) {
            self.mails.keep(&envelope, &message, now);
        }
        // Still under the lock, so that events leave in the order of their commits.
        for event in events {
            self.send(self.streaming.publish(self, event, now));
        }
        answer
    }

    /// Delivers what a rule held back; says how many events that were.
    pub fn release_events(&self) -> usize {
        let released = self.streaming.release(self);
        let count = released.len();
        self.send(released);
        count
    }

    fn send(&self, events: Vec<Value>) {
        for event in events {
            // Nobody listening is fine: a platform event has no addressee.
            let _ = self.events.send(event);
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic in another request leaves rows readable; the panicking test fails by itself.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sandboxes(&self) -> MutexGuard<'_, Vec<SimulatedOrg>> {
        self.sandboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers who and what was planted; the first call counts.
    pub fn remember_seed(&self, seeded: Seeded) {
        let _ = self.seeded.set(seeded);
    }

    pub fn seeded(&self) -> &Seeded {
        static NOTHING: Seeded = Seeded::new();
        self.seeded.get().unwrap_or(&NOTHING)
    }

    pub fn grants(&self, user: RecordId) -> &Grants {
        self.rights.of(user)
    }
}
