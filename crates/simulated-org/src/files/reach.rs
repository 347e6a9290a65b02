//! Who reaches a file: its owner, and whoever reaches a record it is linked to.

use super::links::offers;
use crate::cell::Cell;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::sharing::{Reach, reach_of_parent};
use crate::world::World;

/// The document a row of the three file objects belongs to.
fn document_of(object: &str, row: &Row) -> Option<RecordId> {
    match object {
        "ContentDocument" => Some(row.id),
        "ContentVersion" | "ContentDocumentLink" => row.reference("ContentDocumentId"),
        _ => None,
    }
}

/// `None` when the object has nothing to do with files.
pub fn reach(org: &Org, world: &World, user: RecordId, object: &str, row: &Row) -> Option<Reach> {
    let document = document_of(object, row)?;
    let known = world.rows.row("ContentDocument", document)?;
    if known.reference("OwnerId") == Some(user) {
        return Some(Reach::All);
    }
    let wanted = Cell::Reference(document);
    let links = world.rows.holding("ContentDocumentLink", "ContentDocumentId", &wanted);
    // The links of a deleted file were deleted with it, and still tell who may see it in the recycle bin.
    let links = links.filter(|link| known.is_deleted() || !link.is_deleted());
    let offered = links.map(|link| {
        let holder = link.reference("LinkedEntityId");
        let of_holder = match holder {
            Some(holder) if holder == user => Reach::Edit,
            Some(holder) if holder.prefix() == "005" => Reach::None,
            holder => reach_of_parent(org, world, user, holder),
        };
        offers(link.text("ShareType"), of_holder)
    });
    Some(offered.max().unwrap_or(Reach::None))
}
