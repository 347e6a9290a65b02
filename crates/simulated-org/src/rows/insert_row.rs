//! One new row, validated as an Org validates it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::read_fields::{Purpose, no_such_column, read_body, same_text};
use super::system_fields::{derive, fill_new, stamp};
use super::{Row, Rows};
use crate::cell::Cell;
use crate::files::content::Content;
use crate::files::rules;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, Nature, ObjectType};
use crate::work::Work;

pub fn insert_row(work: &mut Work, object: &ObjectType, body: &Map<String, Value>) -> Result<RecordId, Refused> {
    insert_with_content(work, object, body, None)
}

/// `content` is the file of a multipart request and the field that it is for.
pub fn insert_with_content(
    work: &mut Work,
    object: &ObjectType,
    body: &Map<String, Value>,
    content: Option<(String, Arc<Content>)>,
) -> Result<RecordId, Refused> {
    if object.nature != Nature::Records {
        let message = format!("entity type cannot be inserted: {}", object.label);
        return Err(Refused::bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message));
    }
    if !work.grants().on(&object.name).create {
        let message = format!("insufficient access rights to create {}", object.label);
        return Err(Refused::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message));
    }
    let object = work.object(&object.name)?;
    let mut cells = read_body(work, object, body, Purpose::Create)?;
    rules::check_base64(work, cells.iter().map(|(_, cell)| cell))?;
    if let Some((name, content)) = content {
        cells.push((content_field(object, body, &name)?, Cell::Content(content)));
    }
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
    rules::check_new(work, object, &mut row)?;
    check_required(object, &row)?;
    check_unique(&work.world.rows, object, &row)?;
    stamp(&mut row, work.user, work.now);
    let id = row.id;
    work.world.rows.put(&object.name, row);
    rules::follow_new(work, object, id);
    Ok(id)
}

/// The field a file came for; the record beside it must not fill it too.
fn content_field<'a>(object: &'a ObjectType, body: &Map<String, Value>, name: &str) -> Result<&'a Field, Refused> {
    let field = object.field(name).filter(|field| field.kind == FieldKind::Base64);
    let field = field.ok_or_else(|| no_such_column(object, name))?;
    if body.keys().any(|known| known.eq_ignore_ascii_case(name)) {
        let sentence = format!("{name} comes as a part of its own, so the record may not hold it too");
        return Err(Refused::bad("INVALID_MULTIPART_REQUEST", sentence));
    }
    Ok(field)
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
