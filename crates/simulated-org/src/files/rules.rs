//! Where files touch the life of a row: what is checked before one is kept, and what follows from it.
//!
//! Called by every insert, update and delete, so a file behaves alike through REST, collections and composite.
//! Invariants: everything that can be refused is refused in a `check_…`; what follows afterwards cannot fail.

use super::multipart::too_large;
use super::{links, versions};
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::Row;
use crate::schema::ObjectType;
use crate::work::Work;

/// Files in a JSON body may weigh less than those of a multipart one.
pub fn check_base64<'c>(work: &Work, mut cells: impl Iterator<Item = &'c Cell>) -> Result<(), Refused> {
    let limit = work.org.options.file_limits.base64_bytes;
    let is_long = |cell: &Cell| cell.as_content().is_some_and(|content| content.size.div_ceil(3) * 4 > limit);
    if cells.any(is_long) { Err(too_large()) } else { Ok(()) }
}

/// Completes a new row and refuses one that makes no file. Nothing has been kept yet.
pub fn check_new(work: &Work, object: &ObjectType, row: &mut Row) -> Result<(), Refused> {
    match object.name.as_str() {
        "ContentDocument" => {
            let message = "entity type cannot be inserted: Content Document";
            Err(Refused::bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message))
        }
        "ContentVersion" => versions::check_new(work, row),
        "ContentDocumentLink" => links::check_new(work, row),
        "Attachment" | "Document" => {
            versions::measure(row, "Body", "BodyLength");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a row that was just kept brings with it.
pub fn follow_new(work: &mut Work, object: &ObjectType, id: RecordId) {
    if object.name == "ContentVersion" {
        versions::publish(work, id);
    }
}

/// A changed row may change its neighbours.
pub fn follow_change(work: &mut Work, object: &ObjectType, id: RecordId) {
    match object.name.as_str() {
        "ContentVersion" => versions::show_on_document(work, id),
        "ContentDocument" => versions::show_on_latest(work, id),
        "Attachment" | "Document" => {
            if let Some(row) = work.world.rows.row_mut(&object.name, id) {
                versions::measure(row, "Body", "BodyLength");
            }
        }
        _ => {}
    }
}

/// Some rows go only with another one.
pub fn check_delete(work: &Work, object: &ObjectType, id: RecordId) -> Result<(), Refused> {
    match object.name.as_str() {
        "ContentVersion" => {
            let message = "The simulated org deletes no single version: delete its ContentDocument";
            Err(Refused::new(405, "METHOD_NOT_ALLOWED", message))
        }
        "ContentDocumentLink" => links::check_delete(work, id),
        _ => Ok(()),
    }
}
