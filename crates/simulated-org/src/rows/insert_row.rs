//! One new row, validated as an Org validates it.

use serde_json::{Map, Value};

use super::read_fields::{Purpose, read_body, same_text};
use super::system_fields::{derive, fill_new, stamp};
use super::{Row, Rows};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{FieldKind, Nature, ObjectType};
use crate::work::Work;

pub fn insert_row(work: &mut Work, object: &ObjectType, body: &Map<String, Value>) -> Result<RecordId, Refused> {
    if object.nature != Nature::Records {
        let message = format!("entity type cannot be inserted: {}", object.label);
        return Err(Refused::bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message));
    }
    if !work.grants().on(&object.name).create {
        let message = format!("insufficient access rights to create {}", object.label);
        return Err(Refused::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message));
    }
    let object = work.object(&object.name)?;
    let cells = read_body(work, object, body, Purpose::Create)?;
    for (_, cell) in &cells {
        if let Some(parent) = cell.as_reference() {
            work.take_lock(parent)?;
        }
    }
    let mut row = Row::new(work.world.rows.next_id(&object.key_prefix));
    for (field, cell) in cells {
        row.set(&field.name, cell);
    }
    fill_new(&mut work.world.rows, object, &mut row, work.user);
    derive(&work.world.rows, object, &mut row, work.now);
    check_required(object, &row)?;
    check_unique(&work.world.rows, object, &row)?;
    stamp(&mut row, work.user, work.now);
    let id = row.id;
    work.world.rows.put(&object.name, row);
    Ok(id)
}

fn check_required(object: &ObjectType, row: &Row) -> Result<(), Refused> {
    let mut missing: Vec<_> = object
        .fields
        .iter()
        .filter(|field| field.required && !matches!(field.kind, FieldKind::Flag) && row.cell(&field.name).is_null())
        .map(|field| field.name.clone())
        .collect();
    if object.name == "FeedItem" && row.text("Type") == Some("TextPost") && row.cell("Body").is_null() {
        missing.push("Body".to_owned());
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut refused =
        Refused::bad("REQUIRED_FIELD_MISSING", format!("Required fields are missing: [{}]", missing.join(", ")));
    refused.fields = missing;
    Err(refused)
}

/// Deleted rows keep no claim on their unique values.
pub fn check_unique(rows: &Rows, object: &ObjectType, row: &Row) -> Result<(), Refused> {
    for field in object.fields.iter().filter(|field| field.unique) {
        let Some(value) = row.text(&field.name) else { continue };
        let taken = rows.holding(&object.name, &field.name, row.cell(&field.name)).find(|other| {
            other.id != row.id
                && !other.is_deleted()
                && other.text(&field.name).is_some_and(|text| same_text(field, text, value))
        });
        if let Some(other) = taken {
            let message = format!(
                "duplicate value found: {} duplicates value on record with id: {}",
                field.name,
                other.id.short()
            );
            return Err(Refused::bad("DUPLICATE_VALUE", message).field(&field.name));
        }
    }
    Ok(())
}
