//! `GET query?q=`, `queryAll?q=` and the pages behind them.

use serde_json::json;

use super::{Answer, Call};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::shape::Shape;
use crate::soql;
use crate::work::Work;

/// Clients may ask for a page size in this range; the Org may send fewer.
const BATCHES: std::ops::RangeInclusive<usize> = 200..=2_000;

pub fn run_query(work: &mut Work, call: &Call, with_deleted: bool) -> Result<Answer, Refused> {
    let text =
        call.option("q").ok_or_else(|| Refused::bad("MALFORMED_QUERY", "SOQL statements cannot be empty or null"))?;
    let found = soql::run(work, text, call.version, with_deleted)?;
    let asked = call.batch_size.unwrap_or(*BATCHES.end()).clamp(*BATCHES.start(), *BATCHES.end());
    let batch = asked.min(work.org.options.query_batch_limit);
    if found.records.len() <= batch {
        return Ok(page(found.total, None, found.records));
    }
    let first = found.records[..batch].to_vec();
    let locator = work.world.cursors.keep(work.user, found.records, batch, work.now);
    Ok(page(found.total, Some(next_url(call.version, locator, batch)), first))
}

/// `locator` is `01g…-2000`: the cursor and the row to go on from.
pub fn query_more(work: &mut Work, call: &Call, locator: &str) -> Result<Answer, Refused> {
    let stale = || Refused::bad("INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, start) = locator.split_once('-').ok_or_else(stale)?;
    let (id, start) = (RecordId::parse(id).ok_or_else(stale)?, start.parse::<usize>().map_err(|_| stale())?);
    let cursor = work.world.cursors.resume(id, work.user, work.now).ok_or_else(stale)?;
    let rest = cursor.records.get(start..).ok_or_else(stale)?;
    let end = start + rest.len().min(cursor.batch);
    let next = (end < cursor.records.len()).then(|| next_url(call.version, id, end));
    Ok(page(cursor.records.len(), next, cursor.records[start..end].to_vec()))
}

fn next_url(version: u16, locator: RecordId, from: usize) -> String {
    format!("/services/data/v{version}.0/query/{locator}-{from}")
}

fn page(total: usize, next: Option<String>, records: Vec<Shape>) -> Answer {
    let mut members = vec![
        ("totalSize".to_owned(), Shape::Plain(json!(total))),
        ("done".to_owned(), Shape::Plain(json!(next.is_none()))),
    ];
    members.extend(next.map(|url| ("nextRecordsUrl".to_owned(), Shape::Plain(json!(url)))));
    members.push(("records".to_owned(), Shape::List(records)));
    Answer::ok(Shape::Members(members))
}
