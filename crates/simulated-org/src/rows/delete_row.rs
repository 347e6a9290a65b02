//! A row goes to the recycle bin, and what refers to it follows its delete constraint.

use super::system_fields::stamp;
use crate::cell::Cell;
use crate::files::rules;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{ObjectType, OnDelete};
use crate::sharing::Reach;
use crate::work::Work;

pub fn delete_row(work: &mut Work, object: &ObjectType, id: RecordId) -> Result<(), Refused> {
    let row = work.readable_row(object, id, &id.to_string())?;
    if work.reach(object, row) < Reach::All {
        let message = "insufficient access rights on object id";
        return Err(Refused::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message));
    }
    rules::check_delete(work, object, id)?;
    work.take_lock(id)?;
    remove(work, object, id)
}

/// The delete itself, for callers whose right to it needs no check.
pub fn remove(work: &mut Work, object: &ObjectType, id: RecordId) -> Result<(), Refused> {
    let mut cascading = Vec::new();
    let mut emptied = Vec::new();
    for (child, field) in work.org.schema.references_to(&object.name) {
        let on_delete = field.relationship.as_ref().map_or(OnDelete::SetNull, |relationship| relationship.on_delete);
        let referring = Cell::Reference(id);
        let rows = work.world.rows.holding(&child.name, &field.name, &referring);
        for row in rows.filter(|row| !row.is_deleted()) {
            match on_delete {
                OnDelete::Cascade => cascading.push((child, row.id)),
                OnDelete::SetNull => emptied.push((child, field, row.id)),
                OnDelete::Keep => {}
                OnDelete::Restrict => {
                    let message = format!(
                        "Your attempt to delete {id} could not be completed because it is associated with {}: {}",
                        child.label_plural, row.id
                    );
                    return Err(Refused::bad("DELETE_FAILED", message));
                }
            }
        }
    }
    for (child, row) in cascading {
        remove(work, child, row)?;
    }
    for (child, field, row) in emptied {
        if let Some(row) = work.world.rows.row_mut(&child.name, row) {
            row.set(&field.name, Cell::Null);
        }
    }
    let (user, now) = (work.user, work.now);
    if let Some(row) = work.world.rows.row_mut(&object.name, id) {
        row.set("IsDeleted", Cell::Flag(true));
        stamp(row, user, now);
    }
    Ok(())
}
