//! Query results that wait to be paged, under locators as `queryMore` uses them.
//!
//! A result is the rows as they were when the query ran; a page is put in shape when it is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record_id::RecordId;
use crate::rows::Row;
use crate::soql::records::Paging;

/// A locator dies after this much idle time. [assumed]
const IDLE_MS: i64 = 15 * 60 * 1_000;

#[derive(Default)]
pub struct Cursors {
    waiting: BTreeMap<RecordId, Cursor>,
    given: u64,
}

#[derive(Clone)]
pub struct Cursor {
    user: RecordId,
    text: Arc<str>,
    /// Which of the query's subqueries these rows are of, if of one.
    pub child: Option<usize>,
    pub rows: Arc<[Arc<Row>]>,
    pub batch: usize,
    with_deleted: bool,
    touched_at: i64,
}

impl Cursor {
    pub fn paging(&self, version: u16) -> Paging<'_> {
        Paging { text: &self.text, version, batch: self.batch, with_deleted: self.with_deleted }
    }
}

impl Cursors {
    pub fn keep(
        &mut self,
        user: RecordId,
        rows: Vec<Arc<Row>>,
        paging: &Paging,
        child: Option<usize>,
        now: i64,
    ) -> RecordId {
        self.waiting.retain(|_, cursor| now - cursor.touched_at <= IDLE_MS);
        self.given += 1;
        let locator = RecordId::numbered("01g", self.given);
        let cursor = Cursor {
            user,
            text: paging.text.into(),
            child,
            rows: rows.into(),
            batch: paging.batch,
            with_deleted: paging.with_deleted,
            touched_at: now,
        };
        self.waiting.insert(locator, cursor);
        locator
    }

    /// The cursor behind a locator, for its own user and while it is fresh.
    pub fn resume(&mut self, locator: RecordId, user: RecordId, now: i64) -> Option<Cursor> {
        let cursor = self.waiting.get_mut(&locator)?;
        if cursor.user != user || now - cursor.touched_at > IDLE_MS {
            return None;
        }
        cursor.touched_at = now;
        Some(cursor.clone())
    }
}
