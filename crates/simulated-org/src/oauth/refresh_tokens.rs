//! Refresh tokens, their rotation, and what the reuse of an old one ends.
//!
//! Invariants: a family is one consent's line of tokens, and at most one token of it is current; a user has at most
//! five families per app.

use std::collections::BTreeMap;

use crate::randomness;
use crate::record_id::RecordId;

/// The oldest of more is dropped.
const FAMILIES_PER_USER_AND_APP: usize = 5;

#[derive(Default)]
pub struct RefreshTokens {
    families: BTreeMap<u64, Family>,
    /// Every token ever given, with its family.
    given: BTreeMap<String, u64>,
    numbered: u64,
}

#[derive(Clone, Debug)]
pub struct Family {
    pub number: u64,
    pub consumer_key: String,
    pub user: RecordId,
    pub scopes: Vec<String>,
    pub issued_at: i64,
    current: String,
}

/// What a refresh token turned out to be.
pub enum Found {
    Current(Family),
    /// It was replaced before: whoever sends it, one of two holders is not the app.
    Replaced(Family),
    Dead,
}

impl RefreshTokens {
    /// A new family and its first token.
    pub fn issue(&mut self, consumer_key: &str, user: RecordId, scopes: &[String], now: i64) -> (u64, String) {
        self.numbered += 1;
        let number = self.numbered;
        let token = new_token();
        let family = Family {
            number,
            consumer_key: consumer_key.to_owned(),
            user,
            scopes: scopes.to_vec(),
            issued_at: now,
            current: token.clone(),
        };
        self.families.insert(number, family);
        self.given.insert(token.clone(), number);
        let same = |family: &&Family| family.user == user && family.consumer_key == consumer_key;
        let held: Vec<u64> = self.families.values().filter(same).map(|family| family.number).collect();
        for oldest in held.iter().take(held.len().saturating_sub(FAMILIES_PER_USER_AND_APP)) {
            self.families.remove(oldest);
        }
        (number, token)
    }

    pub fn find(&self, token: &str) -> Found {
        let family = self.given.get(token).and_then(|number| self.families.get(number));
        match family {
            Some(family) if family.current == token => Found::Current(family.clone()),
            Some(family) => Found::Replaced(family.clone()),
            None => Found::Dead,
        }
    }

    /// Replaces a family's current token; `None` when the family is gone.
    pub fn rotate(&mut self, number: u64) -> Option<String> {
        let family = self.families.get_mut(&number)?;
        let token = new_token();
        family.current.clone_from(&token);
        self.given.insert(token.clone(), number);
        Some(token)
    }

    /// Ends a family; its access tokens are the sessions' matter.
    pub fn end(&mut self, number: u64) {
        self.families.remove(&number);
    }

    /// Ends every family of a user with an app.
    pub fn end_between(&mut self, consumer_key: &str, user: RecordId) {
        self.families.retain(|_, family| family.user != user || family.consumer_key != consumer_key);
    }
}

fn new_token() -> String {
    format!("5Aep861{}", randomness::text(54))
}
