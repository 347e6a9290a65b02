//! What files do when their record is merged into another: their links move, unless the survivor has them already.

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::work::Work;

pub fn move_links(work: &mut Work, from: RecordId, to: RecordId) {
    let wanted = Cell::Reference(from);
    let links = work.world.rows.holding("ContentDocumentLink", "LinkedEntityId", &wanted);
    let moving = links.filter(|link| !link.is_deleted());
    let moving: Vec<_> = moving.filter_map(|link| Some((link.id, link.reference("ContentDocumentId")?))).collect();
    for (link, document) in moving {
        let doubled =
            super::links::of(work, document).iter().any(|other| other.reference("LinkedEntityId") == Some(to));
        if let Some(row) = work.world.rows.row_mut("ContentDocumentLink", link) {
            if doubled {
                row.set("IsDeleted", Cell::Flag(true));
            } else {
                row.set("LinkedEntityId", Cell::Reference(to));
            }
        }
    }
}
