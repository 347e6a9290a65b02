//! Access tokens and whom they belong to. An expired session is state, so it fails on every route alike.

use std::collections::BTreeMap;

use crate::oauth::scope;
use crate::randomness;
use crate::record_id::RecordId;
use crate::refused::Refused;

/// An idle session ends after two hours, the default of a real Org.
pub const IDLE_MS: i64 = 2 * 60 * 60 * 1_000;

#[derive(Default)]
pub struct Sessions {
    alive: BTreeMap<String, Session>,
    pub opened: u64,
}

/// What an access token stands for.
#[derive(Clone, Debug)]
pub struct Session {
    pub user: RecordId,
    pub consumer_key: String,
    pub scopes: Vec<String>,
    /// The refresh token family it came with, whose end is its end.
    pub family: Option<u64>,
    pub opened_at: i64,
    pub used_at: i64,
}

impl Sessions {
    /// A new access token: `00D…15!` and an opaque rest. Nothing in it tells when it ends.
    pub fn open(&mut self, org: RecordId, session: Session) -> String {
        let token = format!("{}!AQ{}", org.short(), randomness::text(60));
        self.alive.insert(token.clone(), session);
        self.opened += 1;
        token
    }

    /// Whose live session this is; using it keeps it alive.
    pub fn user(&mut self, token: &str, now: i64) -> Option<RecordId> {
        self.used(token, now).map(|session| session.user)
    }

    /// The same for REST calls, which need the scope `api`.
    pub fn api_user(&mut self, token: &str, now: i64) -> Result<RecordId, Refused> {
        let session = self.used(token, now).ok_or_else(Refused::session_expired)?;
        if !scope::opens_api(&session.scopes) {
            let message = "This session is not valid for use with the REST API";
            return Err(Refused::new(401, "INVALID_SESSION_ID", message));
        }
        Ok(session.user)
    }

    pub fn used(&mut self, token: &str, now: i64) -> Option<&Session> {
        if now - self.alive.get(token)?.used_at > IDLE_MS {
            self.alive.remove(token);
            return None;
        }
        let session = self.alive.get_mut(token)?;
        session.used_at = now;
        Some(session)
    }

    /// Looks without using.
    pub fn find(&self, token: &str, now: i64) -> Option<&Session> {
        self.alive.get(token).filter(|session| now - session.used_at <= IDLE_MS)
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

    /// Ends the sessions that came with a refresh token.
    pub fn expire_family(&mut self, family: u64) {
        self.alive.retain(|_, session| session.family != Some(family));
    }

    /// Ends a user's sessions with one app.
    pub fn expire_between(&mut self, consumer_key: &str, user: RecordId) {
        self.alive.retain(|_, session| session.user != user || session.consumer_key != consumer_key);
    }
}
