//! What was asked of the Org, in order: for tests that count calls and for a person who wonders.
//!
//! Bodies are kept as digests only, so the log may be printed.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

#[derive(Default)]
pub struct RequestLog {
    entries: Mutex<Vec<LoggedRequest>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LoggedRequest {
    pub number: usize,
    pub at: i64,
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub user: Option<String>,
    /// `None` when the connection was broken instead.
    pub status: Option<u16>,
    pub body_sha256: Option<String>,
    /// The fault that struck, by its number.
    pub fault: Option<u64>,
    /// No such route: a strict test fails on any of these.
    pub unknown_route: bool,
}

impl RequestLog {
    pub fn add(&self, mut entry: LoggedRequest) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entry.number = entries.len() + 1;
        entries.push(entry);
    }

    pub fn all(&self) -> Vec<LoggedRequest> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
