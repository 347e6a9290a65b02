//! Who appends to which upload in this process: a new request ends the old one at once.
//!
//! Separate from the fence in the database, which does the same across processes but only when the old one
//! acknowledges.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<String, CancellationToken>>>);

impl Turns {
    /// Ends the turn that is under way and begins a new one.
    pub(super) fn begin(&self, upload_id: &str) -> CancellationToken {
        let token = CancellationToken::new();
        let mut turns = self.0.lock().expect("no holder of the turns panics");
        if let Some(older) = turns.insert(upload_id.to_owned(), token.clone()) {
            older.cancel();
        }
        turns.retain(|_, token| !token.is_cancelled());
        token
    }

    /// The turn is over; a newer one stays.
    pub(super) fn end(&self, upload_id: &str, token: &CancellationToken) {
        token.cancel();
        let mut turns = self.0.lock().expect("no holder of the turns panics");
        if turns.get(upload_id).is_some_and(CancellationToken::is_cancelled) {
            turns.remove(upload_id);
        }
    }
}
