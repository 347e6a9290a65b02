//! What an Org keeps files in: ContentDocument with its versions and links, and the older Attachment and Document.
//!
//! Format: Object Reference, "ContentVersion", "ContentDocument", "ContentDocumentLink", "Attachment", "Document".

use super::FieldKind::{Base64, Flag, Id, Int, LongText, Moment, Text, Url};
use super::standard::{choices, lookup, object, restricted, system_fields, text, with_id_and_audit};
use super::{Field, FieldKind, Nature, ObjectType, OnDelete, Schema, Sharing};

/// What may hold files from the start; every custom object joins them.
const HOLDERS: [&str; 4] = ["Case", "Account", "Contact", "User"];

pub fn objects() -> Vec<ObjectType> {
    vec![content_document(), content_version(), content_document_link(), attachment(), document()]
}

/// Records of this object may be linked to files and have attachments.
pub fn allow_files_on(schema: &mut Schema, name: &str) {
    for (holder, field) in [
        ("ContentDocumentLink", "LinkedEntityId"),
        ("ContentVersion", "FirstPublishLocationId"),
        ("Attachment", "ParentId"),
    ] {
        let object = schema.object_mut(holder);
        let field = object.and_then(|object| object.fields.iter_mut().find(|known| known.name == field));
        for relationship in field.into_iter().filter_map(|field| field.relationship.as_mut()) {
            if !relationship.to.iter().any(|known| known == name) {
                relationship.to.push(name.to_owned());
            }
        }
    }
}

fn content_document() -> ObjectType {
    let mut fields = system_fields(Nature::Records);
    fields.extend([
        text("Title", "Title", 255).required(),
        Field::new("Description", "Description", Text { max: 1_000 }),
        kept(lookup(
            "LatestPublishedVersionId",
            "Latest Published Version ID",
            "LatestPublishedVersion",
            "ContentVersion",
        ))
        .read_only(),
        Field::new("ContentSize", "Size", Int).read_only(),
        text("FileExtension", "File Extension", 40).read_only(),
        text("FileType", "File Type", 20).read_only(),
        Field::new("PublishStatus", "Publish Status", restricted(choices(&["P", "R", "U"], Some("P")))).read_only(),
        Field::new("IsArchived", "Is Archived", Flag).read_only(),
        Field::new("ContentModifiedDate", "Content Modified Date", Moment).read_only(),
    ]);
    object("ContentDocument", "Content Document", "Content Documents", "069", Sharing::Private, fields)
}

fn content_version() -> ObjectType {
    let mut document = lookup("ContentDocumentId", "ContentDocument ID", "ContentDocument", "ContentDocument");
    cascade(&mut document);
    let mut fields = system_fields(Nature::Records);
    fields.extend([
        document.on_create(),
        Field::new("IsLatest", "Is Latest", Flag).read_only(),
        text("VersionNumber", "Version Number", 20).read_only(),
        text("Title", "Title", 255).required(),
        Field::new("Description", "Description", Text { max: 1_000 }),
        Field::new("ReasonForChange", "Reason For Change", Text { max: 1_000 }).on_create(),
        text("PathOnClient", "Path On Client", 500).on_create(),
        url("ContentUrl", "Content URL"),
        Field::new("VersionData", "Version Data", Base64).on_create(),
        Field::new("ContentSize", "Size", Int).read_only(),
        text("FileExtension", "File Extension", 40).read_only(),
        text("FileType", "File Type", 20).read_only(),
        text("Checksum", "Checksum", 50).read_only(),
        Field::new("ContentLocation", "Content Origin", restricted(choices(&["S", "E", "L"], Some("S")))).on_create(),
        Field::new("Origin", "Content Source", restricted(choices(&["C", "H"], Some("C")))).on_create(),
        Field::new("ContentModifiedDate", "Content Modified Date", Moment).read_only(),
        kept(to_holders("FirstPublishLocationId", "First Publish Location ID", "FirstPublishLocation", &HOLDERS[..]))
            .on_create(),
    ]);
    object("ContentVersion", "Content Version", "Content Versions", "068", Sharing::Private, fields)
}

fn content_document_link() -> ObjectType {
    let mut holder = to_holders("LinkedEntityId", "Linked Entity ID", "LinkedEntity", &HOLDERS[..]);
    cascade(&mut holder);
    let mut document = lookup("ContentDocumentId", "ContentDocument ID", "ContentDocument", "ContentDocument");
    cascade(&mut document);
    let visibility = choices(&["AllUsers", "InternalUsers", "SharedUsers"], None);
    let fields = vec![
        Field::new("Id", "ContentDocumentLink ID", Id).read_only(),
        holder.required().on_create(),
        document.required().on_create(),
        Field::new("IsDeleted", "Is Deleted", Flag).read_only(),
        Field::new("SystemModstamp", "System Modstamp", Moment).read_only(),
        Field::new("ShareType", "Share Type", restricted(choices(&["V", "C", "I"], None))).required(),
        Field::new("Visibility", "Visibility", restricted(visibility)),
    ];
    let name = "ContentDocumentLink";
    object(name, "Content Document Link", "Content Document Links", "06A", Sharing::Private, fields)
}

fn attachment() -> ObjectType {
    let mut parent = to_holders("ParentId", "Parent ID", "Parent", &HOLDERS[..3]);
    cascade(&mut parent);
    let mut fields = vec![parent.required().on_create()];
    fields.extend([
        text("Name", "File Name", 255).required(),
        Field::new("IsPrivate", "Private", Flag),
        Field::new("ContentType", "Content Type", Text { max: 120 }),
        Field::new("BodyLength", "Body Length", Int).read_only(),
        Field::new("Body", "Body", Base64).required(),
        Field::new("Description", "Description", LongText { max: 500 }),
        lookup("OwnerId", "Owner ID", "Owner", "User"),
        Field::new("IsDeleted", "Deleted", Flag).read_only(),
    ]);
    let sharing = Sharing::WithParent("ParentId");
    object("Attachment", "Attachment", "Attachments", "00P", sharing, with_id_and_audit(fields))
}

fn document() -> ObjectType {
    let fields = vec![
        // A folder, or the user whose personal documents these are; folders are not simulated.
        to_holders("FolderId", "Folder ID", "Folder", &HOLDERS[3..]).required(),
        text("Name", "Document Name", 255).required(),
        text("DeveloperName", "Document Unique Name", 80),
        text("Type", "File Extension", 40),
        Field::new("ContentType", "MIME Type", Text { max: 120 }),
        Field::new("IsPublic", "Externally Available", Flag),
        Field::new("IsInternalUseOnly", "Internal Use Only", Flag),
        Field::new("BodyLength", "Body Length", Int).read_only(),
        Field::new("Body", "Body", Base64),
        Field::new("Url", "Url", Url),
        Field::new("Description", "Description", Text { max: 255 }),
        Field::new("Keywords", "Keywords", Text { max: 255 }),
        lookup("AuthorId", "Author ID", "Author", "User").read_only(),
        Field::new("IsDeleted", "Deleted", Flag).read_only(),
    ];
    object("Document", "Document", "Documents", "015", Sharing::ReadWrite, with_id_and_audit(fields))
}

/// ContentUrl is longer than other URL fields.
fn url(name: &str, label: &str) -> Field {
    Field::new(name, label, FieldKind::Text { max: 1_300 })
}

fn to_holders(name: &str, label: &str, relationship: &str, to: &[&str]) -> Field {
    let mut field = lookup(name, label, relationship, to[0]);
    if let Some(relationship) = &mut field.relationship {
        relationship.to = to.iter().map(|name| (*name).to_owned()).collect();
    }
    field
}

fn cascade(field: &mut Field) {
    if let Some(relationship) = &mut field.relationship {
        relationship.on_delete = OnDelete::Cascade;
    }
}

fn kept(mut field: Field) -> Field {
    if let Some(relationship) = &mut field.relationship {
        relationship.on_delete = OnDelete::Keep;
    }
    field
}
