//! One changed row.

use serde_json::{Map, Value};

use super::insert_row::check_unique;
use super::read_fields::{Purpose, read_body};
use super::system_fields::{derive, stamp};
use crate::files::rules;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::ObjectType;
use crate::sharing::Reach;
use crate::work::Work;

pub fn update_row(
    work: &mut Work,
    object: &ObjectType,
    id: RecordId,
    body: &Map<String, Value>,
) -> Result<(), Refused> {
    let object = work.object(&object.name)?;
    let row = work.readable_row(object, id, &id.to_string())?;
    if work.reach(object, row) < Reach::Edit {
        let message = "insufficient access rights on object id";
        return Err(Refused::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message));
    }
    let mut row = row.clone();
    let cells = read_body(work, object, body, Purpose::Update)?;
    rules::check_base64(work, cells.iter().map(|(_, cell)| cell))?;
    for (field, cell) in cells {
        row.set(&field.name, cell);
    }
    work.take_lock(id)?;
    derive(&work.world.rows, object, &mut row, work.now);
    check_unique(&work.world.rows, object, &row)?;
    stamp(&mut row, work.user, work.now);
    work.world.rows.put(&object.name, row);
    rules::follow_change(work, object, id);
    Ok(())
}
