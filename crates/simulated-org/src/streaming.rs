//! Platform events after their commit: kept for a while under their replay ids, handed to whoever subscribed.
//!
//! What a subscriber sees live may be doubled, late or missing when a rule says so; what is kept is in order.
//!
//! Units: epoch milliseconds. Invariants: replay ids only rise; an event is kept before anybody gets it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::org::Org;

pub mod clients;
pub mod event_faults;

use clients::Client;
use event_faults::{EventFaults, Live};

/// High-volume platform events are kept for 72 hours.
const KEPT_MS: i64 = 72 * 60 * 60 * 1_000;

#[derive(Default)]
pub struct Streaming {
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    kept: Vec<Kept>,
    pub faults: EventFaults,
    /// CometD clients by their id.
    pub clients: BTreeMap<String, Client>,
}

/// One event as it stays for replay.
#[derive(Clone, Debug)]
pub struct Kept {
    pub at: i64,
    pub channel: String,
    pub replay_id: u64,
    pub event: Value,
}

/// Where a subscriber wants to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    New,
    All,
    After(u64),
}

impl Streaming {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a committed event and hands out what is due; says what that was, for those who listen elsewhere.
    pub fn publish(&self, org: &Org, event: Value, now: i64) -> Vec<Value> {
        let mut state = self.state();
        let channel = event["channel"].as_str().unwrap_or_default().to_owned();
        let Live { due, keep } = state.faults.pass(&channel, event);
        state.kept.retain(|kept| now - kept.at <= KEPT_MS);
        if let Some(event) = keep {
            let replay_id = replay_id(&event);
            state.kept.push(Kept { at: now, channel, replay_id, event });
        }
        state.hand_out(org, &due);
        due
    }

    /// Hands out what a rule held back; says what that was.
    pub fn release(&self, org: &Org) -> Vec<Value> {
        let mut state = self.state();
        let due = state.faults.release();
        state.hand_out(org, &due);
        due
    }

    pub fn kept(&self, now: i64) -> Vec<Kept> {
        let state = self.state();
        state.kept.iter().filter(|kept| now - kept.at <= KEPT_MS).cloned().collect()
    }

    /// Forgets every event up to and with that replay id, as an Org does when its time is over.
    pub fn expire(&self, through: u64) -> usize {
        let mut state = self.state();
        let before = state.kept.len();
        state.kept.retain(|kept| kept.replay_id > through);
        before - state.kept.len()
    }
}

impl State {
    fn hand_out(&mut self, org: &Org, due: &[Value]) {
        for event in due {
            let channel = event["channel"].as_str().unwrap_or_default();
            for client in self.clients.values_mut().filter(|client| client.subscriptions.contains(channel)) {
                if may_read(org, client.user, channel) {
                    client.hand(event.clone());
                }
            }
        }
    }

    /// What a subscriber that begins there has missed; `None` when the Org no longer knows that place.
    pub fn missed(&self, channel: &str, from: From, now: i64) -> Option<Vec<Value>> {
        let kept = self.kept.iter().filter(|kept| kept.channel == channel && now - kept.at <= KEPT_MS);
        match from {
            From::New => Some(Vec::new()),
            From::All => Some(kept.map(|kept| kept.event.clone()).collect()),
            From::After(id) => {
                let kept: Vec<_> = kept.collect();
                kept.iter()
                    .any(|kept| kept.replay_id == id)
                    .then(|| kept.iter().filter(|kept| kept.replay_id > id).map(|kept| kept.event.clone()).collect())
            }
        }
    }
}

pub fn replay_id(event: &Value) -> u64 {
    event["data"]["event"]["replayId"].as_u64().unwrap_or_default()
}

/// `/event/X__e` and a right to read X__e.
pub fn may_read(org: &Org, user: crate::record_id::RecordId, channel: &str) -> bool {
    channel.strip_prefix("/event/").is_some_and(|object| org.grants(user).on(object).read)
}
