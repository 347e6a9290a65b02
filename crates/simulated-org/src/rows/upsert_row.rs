//! One row found by its external id and changed, or made when there is none.

use serde_json::{Map, Value};

use super::insert_row::insert_row;
use super::read_fields::{no_such_column, same_text};
use super::update_row::update_row;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{Field, ObjectType};
use crate::sharing::Reach;
use crate::work::Work;

pub enum Upserted {
    Created(RecordId),
    Changed(RecordId),
    /// Several rows share the value: the caller must choose.
    Several(Vec<RecordId>),
}

/// `update_only` is the query option of that name: a missing row is then a 404.
pub fn upsert_row(
    work: &mut Work,
    object: &ObjectType,
    key: &Field,
    value: &str,
    body: &Map<String, Value>,
    update_only: bool,
) -> Result<Upserted, Refused> {
    if body.keys().any(|name| name.eq_ignore_ascii_case(&key.name)) {
        let message = format!("The {} field should not be specified in the sobject data.", key.name);
        return Err(Refused::bad("INVALID_FIELD", message).field(&key.name));
    }
    match found(work, object, key, value)[..] {
        [] if update_only => Err(Refused::no_such_record(value)),
        [] => {
            let mut body = body.clone();
            body.insert(key.name.clone(), Value::from(value));
            Ok(Upserted::Created(insert_row(work, object, &body)?))
        }
        [id] => update_row(work, object, id, body).map(|()| Upserted::Changed(id)),
        ref several => Ok(Upserted::Several(several.to_vec())),
    }
}

/// The field a path or collection names as external id; only fields marked so will do.
pub fn external_key<'a>(object: &'a ObjectType, name: &str) -> Result<&'a Field, Refused> {
    let key = object.field(name).ok_or_else(|| no_such_column(object, name))?;
    if key.external_id { Ok(key) } else { Err(Refused::no_such_record(name)) }
}

/// The readable rows with that external id.
pub fn found(work: &Work, object: &ObjectType, key: &Field, value: &str) -> Vec<RecordId> {
    let wanted = Cell::text(value);
    let rows = work.world.rows.holding(&object.name, &key.name, &wanted).filter(|row| {
        !row.is_deleted()
            && row.text(&key.name).is_some_and(|text| same_text(key, text, value))
            && work.reach(object, row) >= Reach::Read
    });
    rows.map(|row| row.id).collect()
}
