//! Does a row pass? Empty passes no comparison.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::conditions::{Filter, Probe};
use super::operand::Operand;
use super::place::Place;
use super::sought::{Sought, fold, is_like};
use super::syntax::Comparison;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::schema::FieldKind;
use crate::sharing::Reach;
use crate::work::Work;

/// `look` says what an operand is worth: of one row, or of a group.
pub fn passes<'c>(filter: &Filter, look: &dyn Fn(&Operand) -> Cow<'c, Cell>) -> bool {
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| passes(filter, look)),
        Filter::Any(filters) => filters.iter().any(|filter| passes(filter, look)),
        Filter::Not(filter) => !passes(filter, look),
        Filter::Test(operand, probe) => meets(&look(operand), probe),
    }
}

pub fn row_passes(work: &Work, row: &Row, filter: &Filter) -> bool {
    passes(filter, &|operand| row_value(work, row, operand))
}

fn meets(cell: &Cell, probe: &Probe) -> bool {
    match probe {
        Probe::Like(pattern) => cell.as_text().is_some_and(|text| is_like(text, pattern)),
        Probe::Compare(comparison, sought) => compare(cell, *comparison, sought),
        Probe::In { negated, sought } => {
            sought.iter().any(|sought| compare(cell, Comparison::Equal, sought)) != *negated
        }
        Probe::Among { negated, ids } => cell.as_reference().is_some_and(|id| ids.contains(&id)) != *negated,
        Probe::Includes { negated, sets } => {
            let chosen: Vec<String> = cell.as_text().unwrap_or_default().split(';').map(fold).collect();
            let met = |set: &Vec<String>| set.iter().all(|value| chosen.contains(value));
            sets.iter().any(met) != *negated
        }
    }
}

fn compare(cell: &Cell, comparison: Comparison, sought: &Sought) -> bool {
    if matches!(sought, Sought::Null) {
        return cell.is_null() == (comparison == Comparison::Equal);
    }
    let Some(ordering) = sought.order(cell) else { return comparison == Comparison::NotEqual };
    match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::GreaterOrEqual => ordering != Ordering::Less,
    }
}

/// What an operand is worth in one row. Aggregates are worth nothing there.
pub fn row_value<'w>(work: &'w Work, row: &'w Row, operand: &Operand) -> Cow<'w, Cell> {
    match operand {
        Operand::Field(place) => seen(work, row, place),
        Operand::Date(part, place) => Cow::Owned(part.of(&seen(work, row, place))),
        Operand::Aggregate(..) => Cow::Borrowed(&Cell::Null),
    }
}

/// The value at a place; empty when a parent on the way is missing or hidden.
pub fn value(work: &Work, row: &Row, place: &Place) -> Cell {
    seen(work, row, place).into_owned()
}

fn seen<'w>(work: &'w Work, row: &'w Row, place: &Place) -> Cow<'w, Cell> {
    let mut at = Some(row);
    for hop in &place.hops {
        at = at.and_then(|row| row.reference(&hop.field.name)).and_then(|id| parent(work, id));
    }
    match at.map_or(&Cell::Null, |row| row.cell(&place.field.name)) {
        // On booleans no value means false.
        Cell::Null if place.field.kind == FieldKind::Flag => Cow::Owned(Cell::Flag(false)),
        cell => Cow::Borrowed(cell),
    }
}

pub fn parent<'w>(work: &'w Work, id: RecordId) -> Option<&'w Row> {
    let object = work.org.schema.object_with_prefix(id.prefix())?;
    let row = work.world.rows.row(&object.name, id)?;
    (work.reach(object, row) >= Reach::Read).then_some(row)
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
