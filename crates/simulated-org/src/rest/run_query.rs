//! `GET query?q=`, `queryAll?q=`, the pages behind them, and `&columns=true`.

use super::{Answer, Call};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::shape::Shape;
use crate::soql::records::{Paging, next_url, page};
use crate::soql::{self, Finding};
use crate::work::Work;

/// Clients may ask for a page size in this range; the Org may send fewer.
const BATCHES: std::ops::RangeInclusive<usize> = 200..=2_000;

pub fn run_query(work: &mut Work, call: &Call, with_deleted: bool) -> Result<Answer, Refused> {
    let text =
        call.option("q").ok_or_else(|| Refused::bad("MALFORMED_QUERY", "SOQL statements cannot be empty or null"))?;
    if call.option("columns") == Some("true") {
        return soql::describe_columns(work, text).map(Answer::ok);
    }
    let asked = call.batch_size.unwrap_or(*BATCHES.end()).clamp(*BATCHES.start(), *BATCHES.end());
    let batch = asked.min(work.org.options.query_batch_limit);
    let paging = Paging { text, version: call.version, batch, with_deleted };
    match soql::find(work, text, with_deleted)? {
        Finding::Count(total) => Ok(Answer::ok(page(total, None, Vec::new()))),
        Finding::Computed(records) => Ok(Answer::ok(page(records.len(), None, records))),
        Finding::Rows(rows) => {
            let total = rows.len();
            let first = soql::render(work, &rows[..total.min(batch)], None, &paging)?;
            let next = (total > batch).then(|| {
                let locator = work.world.cursors.keep(work.user, rows, &paging, None, work.now);
                next_url(call.version, locator, batch)
            });
            Ok(Answer::ok(page(total, next, first)))
        }
    }
}

/// `locator` is `01g…-2000`: the cursor and the row to go on from.
pub fn query_more(work: &mut Work, call: &Call, locator: &str) -> Result<Answer, Refused> {
    let stale = || Refused::bad("INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, start) = locator.split_once('-').ok_or_else(stale)?;
    let (id, start) = (RecordId::parse(id).ok_or_else(stale)?, start.parse::<usize>().map_err(|_| stale())?);
    let cursor = work.world.cursors.resume(id, work.user, work.now).ok_or_else(stale)?;
    let total = cursor.rows.len();
    let end = start.checked_add(cursor.batch).map_or(total, |end| end.min(total));
    let rows = cursor.rows.get(start..end).ok_or_else(stale)?;
    let records: Vec<Shape> = soql::render(work, rows, cursor.child, &cursor.paging(call.version))?;
    let next = (end < total).then(|| next_url(call.version, id, end));
    Ok(Answer::ok(page(total, next, records)))
}
