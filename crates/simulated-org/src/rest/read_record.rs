//! `GET sobjects/T/id` and `GET sobjects/T/Ext/value`, whole or with `?fields=`.

use serde_json::json;

use super::upsert_record::choices;
use super::{Answer, Call};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::read_fields::no_such_column;
use crate::rows::upsert_row::{external_key, found};
use crate::schema::{Field, FieldKind, ObjectType};
use crate::shape::Shape;
use crate::soql::records::attributes;
use crate::work::Work;

pub fn read_record(work: &Work, object: &ObjectType, id: RecordId, call: &Call) -> Result<Answer, Refused> {
    let fields: Vec<&Field> = match call.option("fields") {
        Some(names) => names.split(',').map(|name| readable(work, object, name)).collect::<Result<_, _>>()?,
        None => object.fields.iter().filter(|field| work.may_read_field(object, field)).collect(),
    };
    let row = work.readable_row(object, id, &id.to_string())?;
    let mut members = vec![("attributes".to_owned(), attributes(&object.name, row, call.version))];
    for field in fields {
        let cell = row.cell(&field.name);
        let value = if field.kind == FieldKind::Base64 && !cell.is_null() {
            json!(format!("/services/data/v{}.0/sobjects/{}/{id}/{}", call.version, object.name, field.name))
        } else {
            cell.to_json(&field.kind)
        };
        members.push((field.name.clone(), Shape::Plain(value)));
    }
    Ok(Answer::ok(Shape::Members(members)))
}

fn readable<'a>(work: &Work, object: &'a ObjectType, name: &str) -> Result<&'a Field, Refused> {
    let field = object.field(name).filter(|field| work.may_read_field(object, field));
    field.ok_or_else(|| no_such_column(object, name))
}

pub fn read_by_external_id(
    work: &Work,
    object: &ObjectType,
    key: &str,
    value: &str,
    call: &Call,
) -> Result<Answer, Refused> {
    let key = external_key(object, key)?;
    match found(work, object, key, value)[..] {
        [] => Err(Refused::no_such_record(value)),
        [id] => read_record(work, object, id, call),
        ref several => Ok(choices(object, several, call.version)),
    }
}
