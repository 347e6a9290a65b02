//! SOQL: text → syntax → checked plan → rows. What this Org does not play it refuses by name.
//!
//! Format: SOQL and SOSL Reference, "SOQL SELECT Syntax".

use std::sync::Arc;

use serde_json::Value;

use crate::files::links;
use crate::lies::{self, Lie};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::Row;
use crate::schema::permission_objects::USER_PERMISSION_ACCESS;
use crate::shape::Shape;
use crate::work::Work;

pub mod check;
pub mod columns;
pub mod conditions;
pub mod filter;
pub mod groups;
pub mod lexer;
pub mod operand;
pub mod parser;
pub mod periods;
pub mod place;
pub mod records;
pub mod select;
pub mod sought;
pub mod syntax;
pub mod user_permission_access;
pub mod user_record_access;

use check::{Output, Plan, Selected};
use records::Paging;

/// What a query found, in JSON shape and whole.
pub struct Found {
    pub total: usize,
    pub records: Vec<Shape>,
}

/// What a query found before it is cut into pages.
pub enum Finding {
    /// Only how many.
    Count(usize),
    /// Rows that were computed and come on one page.
    Computed(Vec<Shape>),
    Rows(Vec<Arc<Row>>),
}

/// Runs one query text for the user of `work`, whole. `with_deleted` is what `queryAll` adds.
pub fn run(work: &mut Work, text: &str, version: u16, with_deleted: bool) -> Result<Found, Refused> {
    let paging = Paging { text, version, batch: usize::MAX, with_deleted };
    match find(work, text, with_deleted)? {
        Finding::Count(total) => Ok(Found { total, records: Vec::new() }),
        Finding::Computed(records) => Ok(Found { total: records.len(), records }),
        Finding::Rows(rows) => {
            let records = render(work, &rows, None, &paging)?;
            Ok(Found { total: records.len(), records })
        }
    }
}

pub fn find(work: &mut Work, text: &str, with_deleted: bool) -> Result<Finding, Refused> {
    let query = parser::parse(text)?;
    if query.from.text.eq_ignore_ascii_case("UserRecordAccess") {
        return user_record_access::run(work, text, &query).map(|found| Finding::Computed(found.records));
    }
    if query.from.text.eq_ignore_ascii_case(USER_PERMISSION_ACCESS) {
        return user_permission_access::run(work, text, &query).map(Finding::Computed);
    }
    if query.from.text.eq_ignore_ascii_case("ContentDocumentLink") && !lies::is_told(Lie::UnfilteredLinks) {
        links::check_filter(query.filter.as_ref())?;
    }
    work.world.queries_run += 1;
    let plan = check::check(work, text, &query)?;
    match &plan.output {
        Output::Count => Ok(Finding::Count(select::count(work, &plan, with_deleted))),
        Output::Groups(grouping) => groups::groups(work, &plan, grouping, with_deleted).map(Finding::Computed),
        Output::Rows(_) => Ok(Finding::Rows(select::rows(work, &plan, with_deleted))),
    }
}

/// Rows that a query found, in JSON shape. `child` says which of its subqueries found them, if one did.
pub fn render(
    work: &mut Work,
    rows: &[Arc<Row>],
    child: Option<usize>,
    paging: &Paging,
) -> Result<Vec<Shape>, Refused> {
    let query = parser::parse(paging.text)?;
    let plan = check::check(work, paging.text, &query)?;
    let plan = match (child, plan) {
        (None, plan) => plan,
        (Some(number), Plan { output: Output::Rows(mut selected), .. }) if number < selected.len() => {
            match selected.swap_remove(number) {
                Selected::Children(children) => *children.plan,
                Selected::Field(_) => return Ok(Vec::new()),
            }
        }
        _ => return Ok(Vec::new()),
    };
    match &plan.output {
        Output::Rows(selected) => Ok(records::records(work, plan.object, selected, rows, paging)),
        _ => Ok(Vec::new()),
    }
}

/// The columns of a query, which is checked but not run.
pub fn describe_columns(work: &Work, text: &str) -> Result<Value, Refused> {
    let query = parser::parse(text)?;
    check::check(work, text, &query).map(|plan| columns::columns(&plan))
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
