//! ContentVersion and its ContentDocument: the first version makes the document, the next ones replace its latest.

use std::sync::Arc;

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::Row;
use crate::rows::system_fields::stamp;
use crate::sharing::Reach;
use crate::work::Work;

use super::file_type::{extension, file_type};
use super::links;

/// The fields of a version that its document shows.
const SHOWN: [&str; 7] =
    ["Title", "Description", "ContentSize", "FileExtension", "FileType", "ContentModifiedDate", "OwnerId"];

pub fn check_new(work: &Work, row: &mut Row) -> Result<(), Refused> {
    let (has_data, has_url) = (!row.cell("VersionData").is_null(), !row.cell("ContentUrl").is_null());
    if has_data && has_url {
        return Err(refused("A version is either a file or a link: VersionData and ContentUrl exclude each other"));
    }
    if !has_data && !has_url {
        return Err(missing("VersionData"));
    }
    if has_data && row.cell("PathOnClient").is_null() {
        return Err(missing("PathOnClient"));
    }
    if has_url && !row.cell("PathOnClient").is_null() {
        return Err(refused("The file type follows from ContentUrl or from PathOnClient, never from both"));
    }
    let number = match row.reference("ContentDocumentId") {
        Some(document) => next_number(work, row, document)?,
        None => 1,
    };
    row.set("VersionNumber", Cell::text(number.to_string()));
    row.set("IsLatest", Cell::Flag(true));
    row.set("ContentModifiedDate", Cell::moment(work.now));
    if has_url {
        row.set("FileType", Cell::text("LINK"));
        row.set("ContentSize", Cell::Number(0.0));
        return Ok(());
    }
    let path = row.text("PathOnClient").unwrap_or_default().to_owned();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let extension = extension(&path);
    if row.cell("Title").is_null() {
        // A file nobody named is called what it was called where it came from.
        let ending = extension.map_or(0, |extension| extension.len() + 1);
        row.set("Title", Cell::text(&name[..name.len() - ending]));
    }
    row.set("FileExtension", extension.map_or(Cell::Null, Cell::text));
    row.set("FileType", Cell::text(file_type(extension)));
    if let Some(content) = row.cell("VersionData").as_content() {
        let checksum = content.md5.clone();
        row.set("Checksum", Cell::text(checksum));
    }
    measure(row, "VersionData", "ContentSize");
    Ok(())
}

/// The size of a row's bytes, where an Org shows it.
pub fn measure(row: &mut Row, bytes: &str, size: &str) {
    let length = row.cell(bytes).as_content().map_or(0, |content| content.size);
    #[expect(clippy::cast_precision_loss, reason = "no upload comes near 2^52 bytes")]
    row.set(size, Cell::Number(length as f64));
}

fn next_number(work: &Work, row: &Row, document: RecordId) -> Result<usize, Refused> {
    if !row.cell("FirstPublishLocationId").is_null() {
        return Err(refused("A further version is published where its document is: leave FirstPublishLocationId out"));
    }
    let object = work.object("ContentDocument")?;
    let known = work.world.rows.row("ContentDocument", document).filter(|row| !row.is_deleted());
    if known.is_none_or(|known| work.reach(object, known) < Reach::Edit) {
        let message = "insufficient access rights on cross-reference id";
        return Err(Refused::bad("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message));
    }
    Ok(of(work, document).len() + 1)
}

/// The living versions of a document.
fn of(work: &Work, document: RecordId) -> Vec<Arc<Row>> {
    let wanted = Cell::Reference(document);
    let versions = work.world.rows.holding("ContentVersion", "ContentDocumentId", &wanted);
    versions.filter(|version| !version.is_deleted()).cloned().collect()
}

/// Gives a kept version its document: a new one with its links, or the one it names.
pub fn publish(work: &mut Work, version: RecordId) {
    let Some(row) = work.world.rows.row("ContentVersion", version) else { return };
    let location = row.reference("FirstPublishLocationId");
    let Some(document) = row.reference("ContentDocumentId") else {
        let document = new_document(work, version);
        links::add(work, document, work.user, "I", "AllUsers");
        if let Some(location) = location.filter(|location| *location != work.user) {
            links::add(work, document, location, "V", "AllUsers");
        }
        return;
    };
    for older in of(work, document).iter().filter(|older| older.id != version) {
        if let Some(row) = work.world.rows.row_mut("ContentVersion", older.id) {
            row.set("IsLatest", Cell::Flag(false));
        }
    }
    show_on_document(work, version);
}

fn new_document(work: &mut Work, version: RecordId) -> RecordId {
    let document = work.world.rows.next_id("069");
    let mut row = Row::new(document);
    row.set("IsDeleted", Cell::Flag(false));
    row.set("IsArchived", Cell::Flag(false));
    row.set("PublishStatus", Cell::text("P"));
    stamp(&mut row, work.user, work.now);
    work.world.rows.put("ContentDocument", row);
    if let Some(row) = work.world.rows.row_mut("ContentVersion", version) {
        row.set("ContentDocumentId", Cell::Reference(document));
    }
    show_on_document(work, version);
    document
}

/// The document looks like its latest version.
pub fn show_on_document(work: &mut Work, version: RecordId) {
    let Some(row) = work.world.rows.row("ContentVersion", version) else { return };
    let Some(document) = row.reference("ContentDocumentId") else { return };
    if row.cell("IsLatest") != &Cell::Flag(true) {
        return;
    }
    let shown = SHOWN.map(|field| (field, row.cell(field).clone()));
    let (user, now) = (work.user, work.now);
    let Some(row) = work.world.rows.row_mut("ContentDocument", document) else { return };
    for (field, cell) in shown {
        row.set(field, cell);
    }
    row.set("LatestPublishedVersionId", Cell::Reference(version));
    stamp(row, user, now);
}

/// A document's new title, description or owner is its latest version's too.
pub fn show_on_latest(work: &mut Work, document: RecordId) {
    let Some(row) = work.world.rows.row("ContentDocument", document) else { return };
    let Some(latest) = row.reference("LatestPublishedVersionId") else { return };
    let shown = ["Title", "Description", "OwnerId"].map(|field| (field, row.cell(field).clone()));
    let (user, now) = (work.user, work.now);
    let Some(row) = work.world.rows.row_mut("ContentVersion", latest) else { return };
    for (field, cell) in shown {
        row.set(field, cell);
    }
    stamp(row, user, now);
}

fn missing(field: &str) -> Refused {
    Refused::bad("REQUIRED_FIELD_MISSING", format!("Required fields are missing: [{field}]")).field(field)
}

fn refused(sentence: &str) -> Refused {
    Refused::bad("FIELD_INTEGRITY_EXCEPTION", sentence)
}
