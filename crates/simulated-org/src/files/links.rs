//! ContentDocumentLink: which record shows which file, and to whom.
//!
//! Format: Object Reference, "ContentDocumentLink".

use std::sync::Arc;

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::Row;
use crate::rows::system_fields::stamp;
use crate::sharing::Reach;
use crate::soql::syntax::{Comparison, Condition, Expression, Literal, Test};
use crate::work::Work;

const NO_FILTER: &str = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on \
                         ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the IN \
                         operator.";

pub fn check_new(work: &Work, row: &mut Row) -> Result<(), Refused> {
    let (Some(document), Some(holder)) = (row.reference("ContentDocumentId"), row.reference("LinkedEntityId")) else {
        // Both are required, and the insert will say so.
        return Ok(());
    };
    if of(work, document).iter().any(|link| link.reference("LinkedEntityId") == Some(holder)) {
        let message = format!(
            "Document with ID: {} is already linked with the entity with ID: {}",
            document.short(),
            holder.short()
        );
        return Err(Refused::bad("DUPLICATE_VALUE", message).field("LinkedEntityId"));
    }
    if row.cell("Visibility").is_null() {
        row.set("Visibility", Cell::text("AllUsers"));
    }
    Ok(())
}

/// The link that makes a file its owner's goes only with the file.
pub fn check_delete(work: &Work, link: RecordId) -> Result<(), Refused> {
    let Some(row) = work.world.rows.row("ContentDocumentLink", link) else { return Ok(()) };
    let document = row.reference("ContentDocumentId");
    let document = document.and_then(|document| work.world.rows.row("ContentDocument", document));
    let owner = document.and_then(|document| document.reference("OwnerId"));
    if row.text("ShareType") == Some("I") && row.reference("LinkedEntityId") == owner {
        return Err(Refused::bad("FIELD_INTEGRITY_EXCEPTION", "field integrity exception"));
    }
    Ok(())
}

/// The living links of a document.
pub fn of(work: &Work, document: RecordId) -> Vec<Arc<Row>> {
    let wanted = Cell::Reference(document);
    let links = work.world.rows.holding("ContentDocumentLink", "ContentDocumentId", &wanted);
    links.filter(|link| !link.is_deleted()).cloned().collect()
}

/// A link that follows from something else, so nobody's right to it is asked.
pub fn add(work: &mut Work, document: RecordId, holder: RecordId, share_type: &str, visibility: &str) {
    let mut row = Row::new(work.world.rows.next_id("06A"));
    row.set("ContentDocumentId", Cell::Reference(document));
    row.set("LinkedEntityId", Cell::Reference(holder));
    row.set("ShareType", Cell::text(share_type));
    row.set("Visibility", Cell::text(visibility));
    row.set("IsDeleted", Cell::Flag(false));
    stamp(&mut row, work.user, work.now);
    work.world.rows.put("ContentDocumentLink", row);
}

/// What a link lets its holder's readers do with the file.
pub fn offers(share_type: Option<&str>, holder: Reach) -> Reach {
    match share_type {
        // Viewer: reads, whatever else the record would allow.
        Some("V") => holder.min(Reach::Read),
        // Collaborator: changes the file wherever the record can be read.
        Some("C") if holder >= Reach::Read => Reach::Edit,
        // Inferred: as much as with the record itself.
        Some("I") => holder.min(Reach::Edit),
        _ => Reach::None,
    }
}

/// A query on links must say of which documents or which records, in a condition that always holds: by id, by a list
/// of ids, or by a semi-join that finds them.
pub fn check_filter(filter: Option<&Condition>) -> Result<(), Refused> {
    match filter {
        Some(condition) if narrows(condition) => Ok(()),
        _ => Err(Refused::bad("MALFORMED_QUERY", NO_FILTER)),
    }
}

fn narrows(condition: &Condition) -> bool {
    match condition {
        Condition::All(conditions) => conditions.iter().any(narrows),
        Condition::Any(_) | Condition::Not(_) | Condition::Test(Expression::Call(_), _) => false,
        Condition::Test(Expression::Path(path), test) => {
            let [field] = &path.parts[..] else { return false };
            let named = ["ContentDocumentId", "LinkedEntityId"].iter().any(|known| field.eq_ignore_ascii_case(known));
            let by_id = match test {
                Test::Compare(Comparison::Equal, literal) => *literal != Literal::Null,
                Test::In { negated, .. } | Test::Join { negated, .. } => !negated,
                _ => false,
            };
            named && by_id
        }
    }
}
