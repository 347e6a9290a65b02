//! Access tokens and whom they belong to. An expired session is state, so it fails on every route alike.

use std::collections::BTreeMap;

use crate::randomness;
use crate::record_id::RecordId;

/// An idle session ends after two hours, the default of a real Org.
const IDLE_MS: i64 = 2 * 60 * 60 * 1_000;

#[derive(Default)]
pub struct Sessions {
    alive: BTreeMap<String, Session>,
    pub opened: u64,
}

struct Session {
    user: RecordId,
    used_at: i64,
}

impl Sessions {
    /// A new access token: `00D…15!` and an opaque rest. Nothing in it tells when it ends.
    pub fn open(&mut self, org: RecordId, user: RecordId, now: i64) -> String {
        let token = format!("{}!AQ{}", org.short(), randomness::text(60));
        self.alive.insert(token.clone(), Session { user, used_at: now });
        self.opened += 1;
        token
    }

    pub fn user(&mut self, token: &str, now: i64) -> Option<RecordId> {
        let session = self.alive.get_mut(token)?;
        if now - session.used_at > IDLE_MS {
            self.alive.remove(token);
            return None;
        }
        session.used_at = now;
        Some(session.user)
    }

    /// Says whether there was such a session.
    pub fn revoke(&mut self, token: &str) -> bool {
        self.alive.remove(token).is_some()
    }

    /// Ends one user's sessions, or all of them; says how many.
    pub fn expire(&mut self, user: Option<RecordId>) -> usize {
        let before = self.alive.len();
        self.alive.retain(|_, session| user.is_some_and(|user| user != session.user));
        before - self.alive.len()
    }
}
