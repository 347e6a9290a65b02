//! Runs a checked plan: which rows, in which order, in which shape.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::Found;
use super::check::{Place, Plan};
use super::filter::{order_cells, parent, passes, value};
use crate::rows::Row;
use crate::schema::{FieldKind, Nature};
use crate::shape::Shape;
use crate::sharing::Reach;
use crate::work::Work;

pub fn select(work: &Work, plan: &Plan, version: u16, with_deleted: bool) -> Found {
    let mut rows: Vec<&Row> = work
        .world
        .rows
        .all(&plan.object.name)
        .filter(|row| with_deleted || !row.is_deleted())
        .filter(|row| plan.object.nature == Nature::Settings || work.reach(plan.object, row) >= Reach::Read)
        .filter(|row| plan.filter.as_ref().is_none_or(|filter| passes(work, row, filter)))
        .collect();
    // No order is promised between ties, so code that forgot to ask for one must break here first.
    rows.sort_by_key(|row| scramble(row, work.world.queries_run));
    rows.sort_by(|one, other| {
        let by_each = plan.order.iter().map(|(place, order)| {
            let (one, other) = (value(work, one, place), value(work, other, place));
            order_cells(&one, &other, order.descending, order.nulls_first)
        });
        by_each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let kept = rows.into_iter().skip(plan.offset).take(plan.limit.unwrap_or(usize::MAX));
    if plan.only_count {
        return Found { total: kept.count(), records: Vec::new() };
    }
    let records: Vec<_> = kept.map(|row| record(work, plan, row, version)).collect();
    Found { total: records.len(), records }
}

fn scramble(row: &Row, query: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (row.id, query).hash(&mut hasher);
    hasher.finish()
}

fn record(work: &Work, plan: &Plan, row: &Row, version: u16) -> Shape {
    let places: Vec<(&Place, usize)> = plan.fields.iter().map(|place| (place, 0)).collect();
    members(work, row, &plan.object.name, &places, version)
}

/// One object's selected members; places that share a hop nest under one parent.
fn members(work: &Work, row: &Row, object: &str, places: &[(&Place, usize)], version: u16) -> Shape {
    let mut members = vec![("attributes".to_owned(), attributes(object, row, version))];
    let mut done: Vec<&str> = Vec::new();
    for (place, depth) in places {
        let Some(hop) = place.hops.get(*depth) else {
            members.push((place.field.name.clone(), Shape::Plain(cell(row, place, object, version))));
            continue;
        };
        if done.contains(&hop.name) {
            continue;
        }
        done.push(hop.name);
        let nested: Vec<(&Place, usize)> = places
            .iter()
            .filter(|(other, depth)| other.hops.get(*depth).is_some_and(|other| other.name == hop.name))
            .map(|(other, depth)| (*other, depth + 1))
            .collect();
        let shape = row.reference(&hop.field.name).and_then(|id| {
            let above = parent(work, id)?;
            let kind = work.org.schema.object_with_prefix(id.prefix())?;
            Some(self::members(work, above, &kind.name, &nested, version))
        });
        members.push((hop.name.to_owned(), shape.unwrap_or_else(Shape::null)));
    }
    Shape::Members(members)
}

fn cell(row: &Row, place: &Place, object: &str, version: u16) -> Value {
    let cell = row.cell(&place.field.name);
    if place.field.kind == FieldKind::Base64 && !cell.is_null() {
        // Bytes never come in a row: only where to get them.
        return json!(format!("/services/data/v{version}.0/sobjects/{object}/{}/{}", row.id, place.field.name));
    }
    cell.to_json(&place.field.kind)
}

pub fn attributes(object: &str, row: &Row, version: u16) -> Shape {
    let url = format!("/services/data/v{version}.0/sobjects/{object}/{}", row.id);
    Shape::of([("type", Shape::Plain(json!(object))), ("url", Shape::Plain(json!(url)))])
}
