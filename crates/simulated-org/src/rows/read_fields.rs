//! JSON in a request body becomes typed cells, or the complaint a real Org would make.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::upsert_row::found;
use crate::cell::{Cell, read_moment};
use crate::files::content::Content;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, ObjectType, Writable};
use crate::work::Work;

/// Whether a row is being made or changed; some fields are only for one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
}

/// Every member of `body` as a cell, in the body's order.
pub fn read_body<'a>(
    work: &Work<'a>,
    object: &'a ObjectType,
    body: &Map<String, Value>,
    purpose: Purpose,
) -> Result<Vec<(&'a Field, Cell)>, Refused> {
    let mut cells = Vec::with_capacity(body.len());
    for (name, value) in body {
        if name == "attributes" {
            check_attributes(object, value)?;
            continue;
        }
        let (field, cell) = match (object.field(name), value) {
            (Some(field), _) if work.may_read_field(object, field) => (field, None),
            (None, Value::Object(by)) => match object.field_with_relationship(name) {
                Some(field) => (field, Some(find_parent(work, field, by)?)),
                None => return Err(no_such_column(object, name)),
            },
            _ => return Err(no_such_column(object, name)),
        };
        check_writable(work, object, field, purpose)?;
        let cell = match cell {
            Some(cell) => cell,
            None => read_cell(field, value)?,
        };
        if let Cell::Reference(id) = cell {
            check_reference(work, field, id)?;
        }
        cells.push((field, cell));
    }
    Ok(cells)
}

pub fn no_such_column(object: &ObjectType, name: &str) -> Refused {
    Refused::bad("INVALID_FIELD", format!("No such column '{name}' on sobject of type {}", object.name))
}

fn check_attributes(object: &ObjectType, value: &Value) -> Result<(), Refused> {
    match value.get("type").and_then(Value::as_str) {
        Some(named) if named.eq_ignore_ascii_case(&object.name) => Ok(()),
        Some(named) => Err(Refused::bad("INVALID_TYPE", format!("attributes name {named}, not {}", object.name))),
        None => Ok(()),
    }
}

fn check_writable(work: &Work, object: &ObjectType, field: &Field, purpose: Purpose) -> Result<(), Refused> {
    let fixed = match field.writable {
        Writable::Always => false,
        Writable::OnCreate => purpose == Purpose::Update,
        Writable::Never => true,
    };
    if !fixed && work.may_edit_field(object, field) {
        return Ok(());
    }
    let message = format!(
        "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is \
         read/write for your profile or permission set.",
        field.name
    );
    Err(Refused::bad("INVALID_FIELD_FOR_INSERT_UPDATE", message).field(&field.name))
}

/// `"FileRequest__r": {"ExternalId__c": "…"}`: the parent named by its external id instead of its record id.
fn find_parent(work: &Work, field: &Field, by: &Map<String, Value>) -> Result<Cell, Refused> {
    let mut targets = field.relationship.iter().flat_map(|relationship| &relationship.to);
    let parent = targets.find_map(|to| work.org.schema.object(to)).ok_or_else(Refused::not_found)?;
    let mut named = by.iter().filter(|(name, _)| *name != "attributes");
    let (Some((name, Value::String(value))), None) = (named.next(), named.next()) else {
        return Err(Refused::bad("INVALID_FIELD", format!("{} needs exactly one external id", field.name)));
    };
    let key = parent.field(name).filter(|field| field.external_id).ok_or_else(|| no_such_column(parent, name))?;
    let found = found(work, parent, key, value);
    match found[..] {
        [id] => Ok(Cell::Reference(id)),
        _ => Err(Refused::bad(
            "INVALID_FIELD",
            format!("Foreign key external ID: {value} not found for field {} in entity {}", key.name, parent.name),
        )),
    }
}

fn check_reference(work: &Work, field: &Field, id: RecordId) -> Result<(), Refused> {
    let Some(relationship) = &field.relationship else { return Ok(()) };
    let target = work.org.schema.object_with_prefix(id.prefix());
    let fits = target.is_some_and(|target| relationship.to.contains(&target.name));
    if !fits {
        let message = format!("{}: id value of incorrect type: {id}", field.label);
        return Err(Refused::bad("MALFORMED_ID", message).field(&field.name));
    }
    let known = target.and_then(|target| {
        let row = work.world.rows.row(&target.name, id).filter(|row| !row.is_deleted())?;
        (work.reach(target, row) >= crate::sharing::Reach::Read).then_some(())
    });
    known.ok_or_else(|| Refused::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").field(&field.name))
}

pub fn same_text(field: &Field, one: &str, other: &str) -> bool {
    if field.case_sensitive { one == other } else { one.to_lowercase() == other.to_lowercase() }
}

pub fn read_cell(field: &Field, value: &Value) -> Result<Cell, Refused> {
    if value.is_null() {
        let Some(empty) = empty_cell(field) else {
            let message = format!("Required fields are missing: [{}]", field.name);
            return Err(Refused::bad("REQUIRED_FIELD_MISSING", message).field(&field.name));
        };
        return Ok(empty);
    }
    match (&field.kind, value) {
        (FieldKind::Flag, Value::Bool(flag)) => Ok(Cell::Flag(*flag)),
        (FieldKind::Int | FieldKind::Number { .. }, Value::Number(number)) => {
            read_number(field, number.as_f64().unwrap_or(f64::NAN))
        }
        (kind, Value::String(text)) => read_text(field, kind, text),
        _ => Err(wrong_json(field, value)),
    }
}

fn empty_cell(field: &Field) -> Option<Cell> {
    match field.kind {
        FieldKind::Flag => Some(Cell::Flag(false)),
        _ if field.required => None,
        _ => Some(Cell::Null),
    }
}

fn read_number(field: &Field, number: f64) -> Result<Cell, Refused> {
    let (precision, scale) =
        if let FieldKind::Number { precision, scale } = field.kind { (precision, scale) } else { (18, 0) };
    let shift = 10_f64.powi(i32::try_from(scale).unwrap_or(0));
    let limit = 10_f64.powi(i32::try_from(precision - scale).unwrap_or(0));
    if !number.is_finite() || number.abs() >= limit || (number * shift).fract() != 0.0 {
        let message = format!("{}: value outside of valid range on numeric field: {number}", field.label);
        return Err(Refused::bad("NUMBER_OUTSIDE_VALID_RANGE", message).field(&field.name));
    }
    Ok(Cell::Number(number))
}

fn read_text(field: &Field, kind: &FieldKind, text: &str) -> Result<Cell, Refused> {
    let malformed = |code, message: String| Err(Refused::bad(code, message).field(&field.name));
    // An Org trims text and stores the empty string as no value.
    let trimmed = text.trim();
    if trimmed.is_empty() && !matches!(kind, FieldKind::Int | FieldKind::Number { .. } | FieldKind::Flag) {
        return read_cell(field, &Value::Null);
    }
    let max = match kind {
        FieldKind::Text { max } | FieldKind::LongText { max } => *max,
        FieldKind::Email => 80,
        FieldKind::Phone => 40,
        FieldKind::Url | FieldKind::Picklist { .. } => 255,
        FieldKind::MultiPicklist { .. } => 4_099,
        _ => usize::MAX,
    };
    // Lengths are counted in UTF-16 units, as Java does.
    if trimmed.encode_utf16().count() > max {
        return malformed(
            "STRING_TOO_LONG",
            format!("{}: data value too large: {trimmed} (max length={max})", field.label),
        );
    }
    match kind {
        FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Phone | FieldKind::Url => {
            Ok(Cell::text(trimmed))
        }
        FieldKind::Email if looks_like_email(trimmed) => Ok(Cell::text(trimmed)),
        FieldKind::Email => {
            malformed("INVALID_EMAIL_ADDRESS", format!("{}: invalid email address: {trimmed}", field.label))
        }
        FieldKind::Picklist { values, restricted } => {
            let known = values.iter().find(|value| value.value.eq_ignore_ascii_case(trimmed));
            match known {
                Some(known) => Ok(Cell::text(&known.value)),
                None if *restricted => malformed(
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    format!("{}: bad value for restricted picklist field: {trimmed}", field.label),
                ),
                None => Ok(Cell::text(trimmed)),
            }
        }
        FieldKind::MultiPicklist { values, restricted } => {
            let mut chosen: Vec<&str> = Vec::new();
            for part in trimmed.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                let known = values.iter().find(|value| value.value.eq_ignore_ascii_case(part));
                if known.is_none() && *restricted {
                    return malformed(
                        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                        format!("{}: bad value for restricted picklist field: {part}", field.label),
                    );
                }
                chosen.push(known.map_or(part, |known| &known.value));
            }
            Ok(Cell::text(chosen.join(";")))
        }
        FieldKind::Day => match trimmed.parse::<Date>() {
            Ok(day) if trimmed.len() == 10 => Ok(Cell::Day(day)),
            _ => Err(wrong_json(field, &Value::from(text))),
        },
        FieldKind::Moment => read_moment(trimmed).ok_or_else(|| wrong_json(field, &Value::from(text))),
        FieldKind::Id | FieldKind::Reference => match RecordId::parse(trimmed) {
            Some(id) => Ok(Cell::Reference(id)),
            None => malformed("MALFORMED_ID", format!("{}: id value of incorrect type: {trimmed}", field.label)),
        },
        FieldKind::Base64 => match STANDARD.decode(trimmed) {
            Ok(bytes) => match Content::of(&bytes) {
                Ok(content) => Ok(Cell::Content(Arc::new(content))),
                Err(_) => Err(wrong_json(field, &Value::from("…"))),
            },
            Err(_) => Err(wrong_json(field, &Value::from("…"))),
        },
        FieldKind::Flag | FieldKind::Int | FieldKind::Number { .. } | FieldKind::AutoNumber { .. } => {
            Err(wrong_json(field, &Value::from(text)))
        }
    }
}

fn wrong_json(field: &Field, value: &Value) -> Refused {
    let wanted = match field.kind {
        FieldKind::Flag => "boolean",
        FieldKind::Int => "int",
        FieldKind::Number { .. } => "double",
        FieldKind::Day => "date",
        FieldKind::Moment => "datetime",
        _ => "string",
    };
    let kind = match value {
        Value::Bool(_) => "VALUE_TRUE",
        Value::Number(_) => "VALUE_NUMBER",
        Value::String(_) => "VALUE_STRING",
        Value::Array(_) => "START_ARRAY",
        _ => "START_OBJECT",
    };
    let message = format!("Cannot deserialize instance of {wanted} from {kind} value {value} for {}", field.name);
    Refused::bad("JSON_PARSER_ERROR", message)
}

fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(|character: char| character.is_whitespace() || character.is_control() || character == ',')
}
