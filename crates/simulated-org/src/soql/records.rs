//! Found rows in JSON shape: selected members in the order asked for, parents nested, children with pages of their own.

use std::sync::Arc;

use serde_json::{Value, json};

use super::check::{Children, Selected};
use super::filter::parent;
use super::place::{Member, Place, nested};
use super::select;
use crate::cell::Cell;
use crate::lies::{self, Lie};
use crate::rows::Row;
use crate::schema::{FieldKind, ObjectType};
use crate::shape::Shape;
use crate::work::Work;

/// How a result is cut into pages.
pub struct Paging<'t> {
    /// The query itself, to be read again for the next page.
    pub text: &'t str,
    pub version: u16,
    pub batch: usize,
    pub with_deleted: bool,
}

pub fn records(
    work: &mut Work,
    object: &ObjectType,
    selected: &[Selected],
    rows: &[Arc<Row>],
    paging: &Paging,
) -> Vec<Shape> {
    let places: Vec<(&Place, usize)> = selected
        .iter()
        .filter_map(|selected| if let Selected::Field(place) = selected { Some((place, 0)) } else { None })
        .collect();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let mut members = members(work, row, &object.name, &places, paging.version);
        for (number, selected) in selected.iter().enumerate() {
            if let Selected::Children(children) = selected {
                let shape = children_of(work, row, children, number, paging);
                members.push((children.name.to_owned(), shape));
            }
        }
        records.push(Shape::Members(members));
    }
    records
}

/// A whole result of its own, or `null` when there are none.
fn children_of(work: &mut Work, row: &Row, children: &Children, number: usize, paging: &Paging) -> Shape {
    let rows = select::children(work, children, row.id, paging.with_deleted);
    if rows.is_empty() {
        return Shape::null();
    }
    let super::check::Output::Rows(selected) = &children.plan.output else { return Shape::null() };
    let total = rows.len();
    let first: Vec<_> = rows.iter().take(paging.batch).cloned().collect();
    let next = (total > paging.batch).then(|| {
        let locator = work.world.cursors.keep(work.user, rows, paging, Some(number), work.now);
        next_url(paging.version, locator, paging.batch)
    });
    let records = records(work, children.plan.object, selected, &first, paging);
    page(total, next, records)
}

pub fn next_url(version: u16, locator: crate::record_id::RecordId, from: usize) -> String {
    format!("/services/data/v{version}.0/query/{locator}-{from}")
}

pub fn page(total: usize, next: Option<String>, records: Vec<Shape>) -> Shape {
    let mut members = vec![
        ("totalSize".to_owned(), Shape::Plain(json!(total))),
        ("done".to_owned(), Shape::Plain(json!(next.is_none()))),
    ];
    let next = next.filter(|_| !lies::is_told(Lie::LostNextRecordsUrl));
    members.extend(next.map(|url| ("nextRecordsUrl".to_owned(), Shape::Plain(json!(url)))));
    members.push(("records".to_owned(), Shape::List(records)));
    Shape::Members(members)
}

/// One object's selected members; places that share a hop nest under one parent.
fn members(work: &Work, row: &Row, object: &str, places: &[(&Place, usize)], version: u16) -> Vec<(String, Shape)> {
    let mut members = vec![("attributes".to_owned(), attributes(object, row, version))];
    for member in nested(places) {
        let (hop, nested) = match member {
            Member::Field(place) => {
                members.push((place.field.name.clone(), Shape::Plain(cell(row, place, object, version))));
                continue;
            }
            Member::Parent(hop, nested) => (hop, nested),
        };
        let shape = row.reference(&hop.field.name).and_then(|id| {
            let above = parent(work, id)?;
            let kind = work.org.schema.object_with_prefix(id.prefix())?;
            Some(Shape::Members(self::members(work, above, &kind.name, &nested, version)))
        });
        members.push((hop.name.to_owned(), shape.unwrap_or_else(Shape::null)));
    }
    members
}

fn cell(row: &Row, place: &Place, object: &str, version: u16) -> Value {
    let cell = row.cell(&place.field.name);
    if place.field.kind == FieldKind::Base64 && !cell.is_null() {
        // Bytes never come in a row: only where to get them.
        return json!(format!("/services/data/v{version}.0/sobjects/{object}/{}/{}", row.id, place.field.name));
    }
    match (cell, &place.field.kind) {
        (Cell::Null, FieldKind::Flag) => json!(false),
        (cell, kind) => cell.to_json(kind),
    }
}

pub fn attributes(object: &str, row: &Row, version: u16) -> Shape {
    let url = format!("/services/data/v{version}.0/sobjects/{object}/{}", row.id);
    Shape::of([("type", Shape::Plain(json!(object))), ("url", Shape::Plain(json!(url)))])
}
