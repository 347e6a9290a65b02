//! Everything about the Org that changes while it runs, under one lock.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use serde_json::Value;

use crate::cursors::Cursors;
use crate::mail_sink::Envelope;
use crate::oauth::authorizations::Authorizations;
use crate::record_id::RecordId;
use crate::rows::Rows;
use crate::schema::Schema;
use crate::sessions::Sessions;
use crate::sharing::Reach;
use crate::soap::deploy::Deploy;

#[derive(Default)]
pub struct World {
    pub rows: Rows,
    /// Sharing rows: (record, user).
    pub shares: BTreeMap<(RecordId, RecordId), Reach>,
    pub sessions: Sessions,
    pub authorizations: Authorizations,
    pub cursors: Cursors,
    pub api_usage: ApiUsage,
    /// Rows that answer `UNABLE_TO_LOCK_ROW`.
    pub held_rows: BTreeMap<RecordId, Hold>,
    /// Platform events of the running request, delivered when it has committed.
    pub unsent_events: Vec<Value>,
    /// Mails of the running request, sent when it has committed.
    pub unsent_mails: Vec<(Envelope, Vec<u8>)>,
    pub events_published: u64,
    pub taken_cases: Vec<TakenCase>,
    pub queries_run: u64,
    /// Over all queries: shows whether an index was of use.
    pub rows_looked_at: AtomicU64,
    /// Packages that came over the Metadata API, oldest first.
    pub deploys: Vec<Deploy>,
    /// Epoch milliseconds: what `If-Modified-Since` on a describe is held against.
    pub metadata_changed_at: i64,
}

impl World {
    /// An empty Org of that schema. `now` is when its metadata was last changed.
    pub fn new(schema: &Schema, now: i64) -> Self {
        let mut world = Self { metadata_changed_at: now, ..Self::default() };
        world.rows.index_by(schema);
        world
    }
}

/// The daily allowance, as `Sforce-Limit-Info` and `limits` show it.
#[derive(Clone, Copy, Debug)]
pub struct ApiUsage {
    pub used: u64,
    pub max: u64,
}

impl Default for ApiUsage {
    fn default() -> Self {
        // What a Developer Edition org gets.
        Self { used: 0, max: 15_000 }
    }
}

/// How long a row is held.
#[derive(Clone, Copy, Debug)]
pub enum Hold {
    /// So many more times.
    Attempts(u32),
    /// Up to this moment of the Org's clock, milliseconds.
    Until(i64),
}

/// What `take-away` removed, so that `give-back` can restore it.
#[derive(Clone, Copy, Debug)]
pub struct TakenCase {
    pub case: RecordId,
    pub user: RecordId,
    pub was_owner: bool,
    pub share: Option<Reach>,
}
