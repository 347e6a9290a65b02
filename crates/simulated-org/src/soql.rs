//! SOQL: text → syntax → checked plan → rows. The subset this product uses; the rest is refused by name.
//!
//! Format: SOQL and SOSL Reference, "SOQL SELECT Syntax".

use crate::files::links;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::shape::Shape;
use crate::work::Work;

pub mod check;
pub mod filter;
pub mod lexer;
pub mod parser;
pub mod select;
pub mod syntax;
pub mod user_record_access;

/// What a query found: rows already in JSON shape, or only how many.
pub struct Found {
    pub total: usize,
    pub records: Vec<Shape>,
}

/// Runs one query text for the user of `work`. `with_deleted` is what `queryAll` adds.
pub fn run(work: &mut Work, text: &str, version: u16, with_deleted: bool) -> Result<Found, Refused> {
    let query = parser::parse(text)?;
    if query.from.text.eq_ignore_ascii_case("UserRecordAccess") {
        return user_record_access::run(work, text, &query);
    }
    if query.from.text.eq_ignore_ascii_case("ContentDocumentLink") {
        links::check_filter(query.filter.as_ref())?;
    }
    work.world.queries_run += 1;
    let plan = check::check(work, text, &query)?;
    Ok(select::select(work, &plan, version, with_deleted))
}

/// A syntax complaint as the API words it: the line, a caret under the place, then the reason.
pub fn malformed(text: &str, at: usize, reason: &str) -> Refused {
    Refused::bad("MALFORMED_QUERY", pointed(text, at, reason))
}

pub fn pointed(text: &str, at: usize, reason: &str) -> String {
    let before = &text[..at.min(text.len())];
    let row = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let start = text[..before.len()].char_indices().rev().nth(39).map_or(0, |(index, _)| index);
    let end = text[before.len()..].char_indices().nth(40).map_or(text.len(), |(index, _)| before.len() + index);
    let excerpt = text[start..end].replace('\n', " ");
    let indent = " ".repeat(text[start..before.len()].chars().count());
    format!("\n{excerpt}\n{indent}^\nERROR at Row:{row}:Column:{column}\n{reason}")
}

/// An id literal must be an id: a malformed one is an error, not an empty result.
pub fn id_literal(text: &str) -> Result<RecordId, Refused> {
    RecordId::parse(text)
        .ok_or_else(|| Refused::bad("INVALID_QUERY_FILTER_OPERATOR", format!("invalid ID field: {text}")))
}
