//! Grouped queries: rows into groups, groups into `AggregateResult`s.
//!
//! Format: SOQL and SOSL Reference, "GROUP BY" and "Aggregate Functions". Aggregates leave empty values out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::check::{Grouping, Plan};
use super::filter::{passes, row_value};
use super::operand::{Aggregate, Operand};
use super::place::Place;
use super::select::{matching, of_first, sorted};
use crate::cell::Cell;
use crate::refused::Refused;
use crate::rows::Row;
use crate::shape::Shape;
use crate::work::Work;

/// Aggregate queries have no second page.
const MAX_GROUPS: usize = 2_000;

/// A group's name, for telling groups apart, and its rows.
type Group<'w> = (String, Vec<&'w Arc<Row>>);

pub fn groups(work: &Work, plan: &Plan, grouping: &Grouping, with_deleted: bool) -> Result<Vec<Shape>, Refused> {
    let mut groups: BTreeMap<String, Vec<&Arc<Row>>> = BTreeMap::new();
    if grouping.keys.is_empty() {
        groups.insert(String::new(), Vec::new());
    }
    for row in matching(work, plan, with_deleted) {
        let names = grouping.keys.iter().map(|key| name(&row_value(work, row, key)));
        groups.entry(names.collect()).or_default().push(row);
    }
    let fits = |group: &Group| {
        let having = grouping.having.as_ref();
        having.is_none_or(|having| passes(having, &|operand| worth(work, &group.1, operand)))
    };
    let found: Vec<Group> = groups.into_iter().filter(fits).collect();
    let found =
        sorted(work, found, &plan.order, |group| group.0.clone(), |group, by| worth(work, &group.1, by).into_owned());
    let kept: Vec<Group> = found.into_iter().skip(plan.offset).take(plan.limit.unwrap_or(usize::MAX)).collect();
    if kept.len() > MAX_GROUPS {
        let message =
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch";
        return Err(Refused::bad("EXCEEDED_ID_LIMIT", message));
    }
    Ok(kept.iter().map(|(_, rows)| shape(work, grouping, rows)).collect())
}

/// Text that differs in case only is one group.
fn name(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => format!("{}\u{0}", text.to_lowercase()),
        other => format!("{other:?}\u{0}"),
    }
}

fn shape(work: &Work, grouping: &Grouping, rows: &[&Arc<Row>]) -> Shape {
    let mut members = vec![("attributes".to_owned(), Shape::Plain(json!({ "type": "AggregateResult" })))];
    for (name, operand) in &grouping.columns {
        let value = worth(work, rows, operand).to_json(&operand.kind());
        members.push((name.clone(), Shape::Plain(value)));
    }
    Shape::Members(members)
}

fn worth<'w>(work: &'w Work, rows: &[&'w Arc<Row>], operand: &Operand) -> Cow<'w, Cell> {
    match operand {
        Operand::Aggregate(aggregate, place) => Cow::Owned(aggregated(work, rows, *aggregate, place)),
        other => of_first(work, rows, other),
    }
}

fn aggregated(work: &Work, rows: &[&Arc<Row>], aggregate: Aggregate, place: &Place) -> Cell {
    let field = Operand::Field(place.clone());
    let values = || rows.iter().map(|row| row_value(work, row, &field)).filter(|cell| !cell.is_null());
    let numbers = || values().filter_map(|cell| if let Cell::Number(number) = *cell { Some(number) } else { None });
    match aggregate {
        Aggregate::Count => whole(values().count()),
        Aggregate::CountDistinct => whole(values().map(|cell| name(&cell)).collect::<BTreeSet<_>>().len()),
        Aggregate::Sum if numbers().next().is_none() => Cell::Null,
        Aggregate::Sum => Cell::Number(numbers().sum()),
        Aggregate::Average => match whole(numbers().count()) {
            Cell::Number(count) if count > 0.0 => Cell::Number(numbers().sum::<f64>() / count),
            _ => Cell::Null,
        },
        Aggregate::Least => extreme(values().map(Cow::into_owned), false),
        Aggregate::Greatest => extreme(values().map(Cow::into_owned), true),
    }
}

fn extreme(values: impl Iterator<Item = Cell>, greatest: bool) -> Cell {
    let better = |one: Cell, other: Cell| {
        let ordering = super::filter::order_cells(&one, &other, greatest, true);
        if ordering.is_le() { one } else { other }
    };
    values.reduce(better).unwrap_or(Cell::Null)
}

fn whole(count: usize) -> Cell {
    Cell::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}
