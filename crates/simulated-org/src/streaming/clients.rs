//! One CometD client: who it is, what it subscribed to, and what waits for its next long poll.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

use crate::record_id::RecordId;

/// A client that has not come back this long after its last answer is forgotten.
pub const MAX_ABSENCE_MS: i64 = 40_000;
/// More than this waits for no client: it would have to replay.
const MAX_WAITING: usize = 10_000;

pub struct Client {
    pub user: RecordId,
    /// The value of its `BAYEUX_BROWSER` cookie.
    pub cookie: String,
    pub subscriptions: BTreeSet<String>,
    pub waiting: VecDeque<Value>,
    pub woken: Arc<Notify>,
    /// When it is given up, unless it comes again.
    pub expected_by: i64,
    /// Counts its polls: a newer one ends an older one.
    pub polls: u64,
}

impl Client {
    pub fn new(user: RecordId, cookie: String, now: i64) -> Self {
        Self {
            user,
            cookie,
            subscriptions: BTreeSet::new(),
            waiting: VecDeque::new(),
            woken: Arc::new(Notify::new()),
            expected_by: now + MAX_ABSENCE_MS,
            polls: 0,
        }
    }

    pub fn hand(&mut self, event: Value) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(event);
        }
        self.woken.notify_one();
    }
}
