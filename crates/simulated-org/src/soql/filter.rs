//! Does a row pass? Text compares without case, ids by their 15 characters, and empty passes no comparison.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::check::{Filter, Place};
use super::syntax::{Comparison, Literal, Test};
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::sharing::Reach;
use crate::work::Work;

pub fn passes(work: &Work, row: &Row, filter: &Filter) -> bool {
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| passes(work, row, filter)),
        Filter::Any(filters) => filters.iter().any(|filter| passes(work, row, filter)),
        Filter::Not(filter) => !passes(work, row, filter),
        Filter::Test(place, test) => {
            let cell = value(work, row, place);
            match test {
                Test::Like(pattern) => cell.as_text().is_some_and(|text| like(text, pattern)),
                Test::Compare(comparison, literal) => compare(&cell, *comparison, literal, work.now),
                Test::In { negated, literals } => {
                    let found = literals.iter().any(|literal| compare(&cell, Comparison::Equal, literal, work.now));
                    found != *negated
                }
            }
        }
    }
}

/// The value at a place; empty when a parent on the way is missing or hidden.
pub fn value(work: &Work, row: &Row, place: &Place) -> Cell {
    let mut at = row;
    for hop in &place.hops {
        let Some(parent) = at.reference(&hop.field.name).and_then(|id| parent(work, id)) else { return Cell::Null };
        at = parent;
    }
    at.cell(&place.field.name).clone()
}

pub fn parent<'w>(work: &'w Work, id: RecordId) -> Option<&'w Row> {
    let object = work.org.schema.object_with_prefix(id.prefix())?;
    let row = work.world.rows.row(&object.name, id)?;
    (work.reach(object, row) >= Reach::Read).then_some(row)
}

fn compare(cell: &Cell, comparison: Comparison, literal: &Literal, now: i64) -> bool {
    if *literal == Literal::Null {
        return cell.is_null() == (comparison == Comparison::Equal);
    }
    if cell.is_null() {
        return comparison == Comparison::NotEqual;
    }
    let Some(ordering) = order_against(cell, literal, now) else { return comparison == Comparison::NotEqual };
    match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::GreaterOrEqual => ordering != Ordering::Less,
    }
}

fn order_against(cell: &Cell, literal: &Literal, now: i64) -> Option<Ordering> {
    match (cell, literal) {
        (Cell::Text(text), Literal::Text(other)) => Some(text.to_lowercase().cmp(&plain(other).to_lowercase())),
        (Cell::Reference(id), Literal::Text(other)) => RecordId::parse(other).map(|other| id.cmp(&other)),
        (Cell::Number(number), Literal::Number(other)) => number.partial_cmp(other),
        (Cell::Flag(flag), Literal::Flag(other)) => Some(flag.cmp(other)),
        (Cell::Day(day), Literal::Day(other)) => Some(day.cmp(other)),
        (Cell::Moment(moment), Literal::Moment(other)) => Some(moment.cmp(other)),
        (Cell::Moment(moment), Literal::Days { ago, span }) => Some(order_in_days(*moment, now, *ago, *span)),
        (Cell::Day(day), Literal::Days { ago, span }) => {
            let midnight = day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
            Some(order_in_days(midnight, now, *ago, *span))
        }
        _ => None,
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Equal means within the days meant. Days are UTC days here; a real Org uses the user's zone.
fn order_in_days(moment: i64, now: i64, ago: i64, span: i64) -> Ordering {
    let start = (now.div_euclid(DAY_MS) - ago) * DAY_MS;
    if moment < start {
        Ordering::Less
    } else if moment < start + span * DAY_MS {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

/// Outside LIKE, an escaped wildcard is just that character.
fn plain(text: &str) -> String {
    text.replace("\\%", "%").replace("\\_", "_")
}

/// `%` any run, `_` any one character, both escapable; without case.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    like_from(&text, &pattern)
}

fn like_from(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| like_from(&text[skipped..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like_from(&text[1..], rest),
        ['\\', wildcard @ ('%' | '_'), rest @ ..] => text.first() == Some(wildcard) && like_from(&text[1..], rest),
        [letter, rest @ ..] => text.first() == Some(letter) && like_from(&text[1..], rest),
    }
}

/// For ORDER BY: empty values first or last, text without case.
pub fn order_cells(one: &Cell, other: &Cell, descending: bool, nulls_first: bool) -> Ordering {
    let when_null = if nulls_first { Ordering::Less } else { Ordering::Greater };
    let ordering = match (one, other) {
        (Cell::Null, Cell::Null) => return Ordering::Equal,
        (Cell::Null, _) => return when_null,
        (_, Cell::Null) => return when_null.reverse(),
        (Cell::Text(one), Cell::Text(other)) => one.to_lowercase().cmp(&other.to_lowercase()),
        (Cell::Flag(one), Cell::Flag(other)) => one.cmp(other),
        (Cell::Number(one), Cell::Number(other)) => one.total_cmp(other),
        (Cell::Day(one), Cell::Day(other)) => one.cmp(other),
        (Cell::Moment(one), Cell::Moment(other)) => one.cmp(other),
        (Cell::Reference(one), Cell::Reference(other)) => one.cmp(other),
        _ => Ordering::Equal,
    };
    if descending { ordering.reverse() } else { ordering }
}
