//! Query results that wait to be paged, under locators as `queryMore` uses them.

use std::collections::BTreeMap;

use crate::record_id::RecordId;
use crate::shape::Shape;

/// A locator dies after this much idle time. [assumed]
const IDLE_MS: i64 = 15 * 60 * 1_000;

#[derive(Default)]
pub struct Cursors {
    waiting: BTreeMap<RecordId, Cursor>,
    given: u64,
}

pub struct Cursor {
    pub user: RecordId,
    pub records: Vec<Shape>,
    pub batch: usize,
    touched_at: i64,
}

impl Cursors {
    pub fn keep(&mut self, user: RecordId, records: Vec<Shape>, batch: usize, now: i64) -> RecordId {
        self.given += 1;
        let locator = RecordId::numbered("01g", self.given);
        self.waiting.insert(locator, Cursor { user, records, batch, touched_at: now });
        locator
    }

    /// The cursor behind a locator, for its own user and while it is fresh.
    pub fn resume(&mut self, locator: RecordId, user: RecordId, now: i64) -> Option<&Cursor> {
        let cursor = self.waiting.get_mut(&locator)?;
        if cursor.user != user || now - cursor.touched_at > IDLE_MS {
            return None;
        }
        cursor.touched_at = now;
        Some(cursor)
    }
}
