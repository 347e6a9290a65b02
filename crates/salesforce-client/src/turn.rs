//! Whether a call may be sent now: the circuit breaker of one Org, and the pace of background work.
//!
//! An Org in trouble is not helped by more calls. After five failures in a row the way is closed: background work waits,
//! of the calls for people a few go through, and the first that is answered opens it again. Background work also slows
//! down once 80 % of the day's calls are used, so that agents and customers keep the rest.
//!
//! Invariants: calls for people are never paced; a call that was given up leaves no trace.
//! Units: epoch milliseconds.

use std::{sync::Mutex, time::Duration};

use crate::{
    answer,
    error::{Obstacle, OrgError},
    limits::Usage,
};

/// For whom a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Priority {
    /// An agent or a customer waits for it, directly or for what it shows.
    People,
    /// Polling, migration, housekeeping.
    Background,
}

const FAILURES_TO_CLOSE: u32 = 5;
/// How long background work stays away at first; twice as long each time it finds nothing better.
const FIRST_CLOSURE_MILLIS: i64 = 30_000;
const LONGEST_CLOSURE_MILLIS: i64 = 600_000;
/// So many calls for people may be under way while the way is closed.
const PROBES_FOR_PEOPLE: u32 = 4;

/// Shared by all clones of a connection.
#[derive(Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures_in_a_row: u32,
    closed: Option<Closed>,
    probes: u32,
    /// When background work may send its next call.
    next_background_at: i64,
}

struct Closed {
    until: i64,
    for_millis: i64,
}

/// A call under way.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    is_probe: bool,
}

impl Turns {
    /// Lets a call pass, or says how long to stay away.
    pub(crate) fn take(&self, priority: Priority, usage: Option<Usage>, now: i64) -> Result<Turn<'_>, OrgError> {
        let mut state = self.state.lock().expect("nothing panics while holding the turns");
        let is_probe = state.closed.is_some();
        if let Some(closed) = &state.closed {
            // A clock set back must not close the way for longer than was meant.
            let left = (closed.until - now).clamp(0, closed.for_millis);
            match priority {
                Priority::Background if left > 0 || state.probes > 0 => {
                    return Err(held_back("the Org is in trouble", left.max(1_000)));
                }
                Priority::People if state.probes >= PROBES_FOR_PEOPLE => {
                    return Err(held_back("the Org is in trouble", 1_000));
                }
                _ => {}
            }
        }
        if priority == Priority::Background
            && let Some(interval) = usage.and_then(pace_millis)
        {
            let left = (state.next_background_at - now).clamp(0, interval);
            if left > 0 {
                return Err(held_back("most of the day's calls are used", left));
            }
            state.next_background_at = now + interval;
        }
        if is_probe {
            state.probes += 1;
        }
        Ok(Turn { turns: self, is_probe })
    }
}

impl Turn<'_> {
    /// Notes how the call went. A turn dropped without this was given up and says nothing.
    pub(crate) fn end(self, failure: Option<&OrgError>, now: i64) {
        let mut state = self.turns.state.lock().expect("nothing panics while holding the turns");
        let Some(failure) = failure.filter(|failure| failure.is_trouble()) else {
            state.failures_in_a_row = 0;
            state.closed = None;
            return;
        };
        state.failures_in_a_row = state.failures_in_a_row.saturating_add(1);
        let spent = matches!(failure, OrgError::RetryLater { obstacle: Obstacle::AllowanceSpent, .. });
        let for_millis = match &state.closed {
            // Only one failure per closure makes the next one longer.
            Some(closed) if now < closed.until => return,
            Some(closed) => (closed.for_millis * 2).min(LONGEST_CLOSURE_MILLIS),
            None if spent => LONGEST_CLOSURE_MILLIS,
            None if state.failures_in_a_row >= FAILURES_TO_CLOSE => FIRST_CLOSURE_MILLIS,
            None => return,
        };
        tracing::warn!(seconds = for_millis / 1000, %failure, "the Org is in trouble: background work stays away");
        state.closed = Some(Closed { until: now.saturating_add(for_millis), for_millis });
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            let mut state = self.turns.state.lock().expect("nothing panics while holding the turns");
            state.probes -= 1;
        }
    }
}

/// The least time between two background calls; `None` while there is plenty. Never endless: a trickle keeps the usage
/// known, as only answers tell it.
fn pace_millis(usage: Usage) -> Option<i64> {
    let percent = usage.used.saturating_mul(100).checked_div(usage.max).unwrap_or(100);
    match percent {
        0..80 => None,
        80..90 => Some(2_000),
        90..95 => Some(15_000),
        _ => Some(300_000),
    }
}

fn held_back(why: &str, millis: i64) -> OrgError {
    let after = Duration::from_millis(millis.unsigned_abs());
    answer::later(Obstacle::HeldBack, why, Some(after))
}

#[cfg(test)]
mod tests;
