//! The fields an Org fills by itself: stamps, auto-numbers, composed names and what follows from other fields.

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::{Row, Rows};
use crate::schema::{FieldKind, ObjectType};

/// Who touched the row last, and when. Every write ends here.
pub fn stamp(row: &mut Row, user: RecordId, now: i64) {
    if row.cell("CreatedDate").is_null() {
        row.set("CreatedDate", Cell::moment(now));
        row.set("CreatedById", Cell::Reference(user));
    }
    row.set("LastModifiedDate", Cell::moment(now));
    row.set("LastModifiedById", Cell::Reference(user));
    row.set("SystemModstamp", Cell::moment(now));
}

/// What a new row gets where the caller said nothing.
pub fn fill_new(rows: &mut Rows, object: &ObjectType, row: &mut Row, user: RecordId) {
    for field in &object.fields {
        if !row.cell(&field.name).is_null() {
            continue;
        }
        match &field.kind {
            FieldKind::AutoNumber { before, digits } => {
                let number = rows.next_number(&object.name, &field.name);
                row.set(&field.name, Cell::text(format!("{before}{number:0digits$}")));
            }
            FieldKind::Flag => row.set(&field.name, Cell::Flag(false)),
            FieldKind::Picklist { .. } | FieldKind::MultiPicklist { .. } => {
                if let Some(preset) = field.default_value() {
                    row.set(&field.name, Cell::text(preset));
                }
            }
            _ => {}
        }
    }
    if object.field("OwnerId").is_some() && row.cell("OwnerId").is_null() {
        row.set("OwnerId", Cell::Reference(user));
    }
}

/// Fields that follow from others, after any write.
pub fn derive(rows: &Rows, object: &ObjectType, row: &mut Row, now: i64) {
    match object.name.as_str() {
        "User" | "Contact" => {
            let parts = [row.text("FirstName"), row.text("LastName")];
            let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            row.set("Name", Cell::text(name));
        }
        "Case" => {
            let closed = row.text("Status") == Some("Closed");
            if closed && row.cell("ClosedDate").is_null() {
                row.set("ClosedDate", Cell::moment(now));
            } else if !closed {
                row.set("ClosedDate", Cell::Null);
            }
            row.set("IsClosed", Cell::Flag(closed));
            let contact = row.reference("ContactId").and_then(|contact| rows.row("Contact", contact));
            row.set("ContactEmail", contact.map_or(Cell::Null, |contact| contact.cell("Email").clone()));
            if row.cell("AccountId").is_null() {
                let account = contact.and_then(|contact| contact.reference("AccountId"));
                row.set("AccountId", account.map_or(Cell::Null, Cell::Reference));
            }
        }
        "FeedItem" if row.cell("Type").is_null() => {
            let kind = if row.cell("LinkUrl").is_null() { "TextPost" } else { "LinkPost" };
            row.set("Type", Cell::text(kind));
        }
        _ => {}
    }
}
