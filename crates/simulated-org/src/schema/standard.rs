//! The standard objects this product touches, with the fields it may touch.
//!
//! Only fields that exist in a real Org are listed, with their real limits; `Contact.Preferred_Language__c` plays a
//! field that this customer's admin added.

use super::FieldKind::{Email, Flag, Id, Int, LongText, Moment, Phone, Picklist, Reference, Text, Url};
use super::{Field, FieldKind, Nature, ObjectType, OnDelete, PicklistValue, Relationship, Sharing};

pub fn objects() -> Vec<ObjectType> {
    let mut objects = vec![
        organization(),
        profile(),
        user(),
        account(),
        contact(),
        case(),
        case_comment(),
        feed_item(),
        user_record_access(),
    ];
    objects.extend(super::file_objects::objects());
    objects.extend(super::permission_objects::objects());
    objects.extend(super::trusted_urls::objects());
    objects
}

/// What every row of that nature has.
pub fn system_fields(nature: Nature) -> Vec<Field> {
    let mut fields = Vec::new();
    if nature != Nature::Event {
        fields.push(Field::new("Id", "Record ID", Id).read_only());
    }
    match nature {
        Nature::Records => {
            fields.push(lookup("OwnerId", "Owner ID", "Owner", "User"));
            fields.push(Field::new("IsDeleted", "Deleted", Flag).read_only());
            fields.extend(audit_fields());
        }
        Nature::Event => {
            fields.push(Field::new("ReplayId", "Replay ID", Text { max: 1_000 }).read_only());
            fields.push(Field::new("EventUuid", "Event UUID", Text { max: 36 }).read_only());
            fields.push(Field::new("CreatedDate", "Created Date", Moment).read_only());
            fields.push(lookup("CreatedById", "Created By ID", "CreatedBy", "User").read_only());
        }
        Nature::Settings => {
            fields.push(Field::new("DeveloperName", "Name", Text { max: 40 }).required());
            fields.push(Field::new("MasterLabel", "Label", Text { max: 40 }).required());
            fields.push(Field::new("NamespacePrefix", "Namespace Prefix", Text { max: 15 }).read_only());
            fields.push(Field::new("QualifiedApiName", "Qualified API Name", Text { max: 70 }).read_only());
            fields.push(Field::new("SystemModstamp", "System Modstamp", Moment).read_only());
        }
        Nature::Computed => {}
    }
    fields
}

fn audit_fields() -> [Field; 5] {
    [
        Field::new("CreatedDate", "Created Date", Moment).read_only(),
        lookup("CreatedById", "Created By ID", "CreatedBy", "User").read_only(),
        Field::new("LastModifiedDate", "Last Modified Date", Moment).read_only(),
        lookup("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "User").read_only(),
        Field::new("SystemModstamp", "System Modstamp", Moment).read_only(),
    ]
}

fn organization() -> ObjectType {
    let fields = vec![
        text("Name", "Name", 80).required(),
        Field::new("InstanceName", "Instance Name", Text { max: 5 }).read_only(),
        Field::new("IsSandbox", "Is Sandbox", Flag).read_only(),
        Field::new("TrialExpirationDate", "Trial Expiration Date", Moment).read_only(),
        Field::new("NamespacePrefix", "Namespace Prefix", Text { max: 15 }).read_only(),
        Field::new("OrganizationType", "Edition", Text { max: 40 }).read_only(),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("LanguageLocaleKey", "Language", 40),
    ];
    object("Organization", "Organization", "Organizations", "00D", Sharing::ReadOnly, with_id_and_audit(fields))
}

fn profile() -> ObjectType {
    let fields = vec![text("Name", "Name", 255).required(), text("Description", "Description", 255)];
    object("Profile", "Profile", "Profiles", "00e", Sharing::ReadOnly, with_id_and_audit(fields))
}

fn user() -> ObjectType {
    let fields = vec![
        text("Username", "Username", 80).required(),
        text("FirstName", "First Name", 40),
        text("LastName", "Last Name", 80).required(),
        Field::new("Name", "Full Name", Text { max: 121 }).read_only(),
        text("Alias", "Alias", 8).required(),
        Field::new("Email", "Email", Email).required(),
        text("Title", "Title", 80),
        Field::new("IsActive", "Active", Flag),
        text("UserType", "User Type", 40).read_only(),
        lookup("ProfileId", "Profile ID", "Profile", "Profile").required(),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("LocaleSidKey", "Locale", 40),
        text("LanguageLocaleKey", "Language", 40),
    ];
    object("User", "User", "Users", "005", Sharing::ReadOnly, with_id_and_audit(fields))
}

fn account() -> ObjectType {
    let mut fields = system_fields(Nature::Records);
    fields.extend([
        text("Name", "Account Name", 255).required(),
        text("AccountNumber", "Account Number", 40),
        Field::new("Phone", "Phone", Phone),
        Field::new("Website", "Website", Url),
        text("Industry", "Industry", 255),
        text("BillingCity", "Billing City", 40),
        text("BillingCountry", "Billing Country", 80),
        Field::new("NumberOfEmployees", "Employees", Int),
        Field::new("Description", "Account Description", LongText { max: 32_000 }),
    ]);
    object("Account", "Account", "Accounts", "001", Sharing::ReadWrite, fields)
}

fn contact() -> ObjectType {
    let mut fields = system_fields(Nature::Records);
    fields.extend([
        lookup("AccountId", "Account ID", "Account", "Account"),
        text("Salutation", "Salutation", 40),
        text("FirstName", "First Name", 40),
        text("LastName", "Last Name", 80).required(),
        Field::new("Name", "Full Name", Text { max: 121 }).read_only(),
        Field::new("Email", "Email", Email),
        Field::new("Phone", "Business Phone", Phone),
        Field::new("MobilePhone", "Mobile Phone", Phone),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        lookup("MasterRecordId", "Master Record ID", "MasterRecord", "Contact").read_only(),
        Field::new("Preferred_Language__c", "Preferred Language", restricted(choices(&["en", "de", "fr"], None)))
            .custom(),
    ]);
    object("Contact", "Contact", "Contacts", "003", Sharing::ReadWrite, fields)
}

fn case() -> ObjectType {
    let mut fields = system_fields(Nature::Records);
    fields.extend([
        Field::new("CaseNumber", "Case Number", FieldKind::AutoNumber { before: String::new(), digits: 8 }),
        lookup("ContactId", "Contact ID", "Contact", "Contact"),
        lookup("AccountId", "Account ID", "Account", "Account"),
        lookup("ParentId", "Parent Case ID", "Parent", "Case"),
        lookup("MasterRecordId", "Master Record ID", "MasterRecord", "Case").read_only(),
        text("Subject", "Subject", 255),
        Field::new("Description", "Description", LongText { max: 32_000 }),
        Field::new("Status", "Status", choices(&["New", "Working", "Escalated", "Closed"], Some("New"))),
        Field::new("Priority", "Priority", choices(&["High", "Medium", "Low"], Some("Medium"))),
        Field::new("Origin", "Case Origin", choices(&["Phone", "Email", "Web"], None)),
        Field::new("Type", "Case Type", choices(&["Problem", "Question"], None)),
        Field::new("IsClosed", "Closed", Flag).read_only(),
        Field::new("ClosedDate", "Closed Date", Moment).read_only(),
        text("SuppliedName", "Name", 80),
        Field::new("SuppliedEmail", "Email", Email),
        text("SuppliedCompany", "Company", 80),
        Field::new("ContactEmail", "Contact Email", Email).read_only(),
    ]);
    object("Case", "Case", "Cases", "500", Sharing::Private, fields)
}

fn case_comment() -> ObjectType {
    let fields = vec![
        lookup("ParentId", "Parent ID", "Parent", "Case").required().on_create(),
        Field::new("CommentBody", "Body", LongText { max: 4_000 }),
        Field::new("IsPublished", "Published", Flag),
        Field::new("IsDeleted", "Deleted", Flag).read_only(),
    ];
    let sharing = Sharing::WithParent("ParentId");
    object("CaseComment", "Case Comment", "Case Comments", "00a", sharing, cascading(with_id_and_audit(fields)))
}

fn feed_item() -> ObjectType {
    let kinds = restricted(choices(&["TextPost", "LinkPost", "ContentPost", "TrackedChange"], None));
    let mut parent = lookup("ParentId", "Parent ID", "Parent", "Case").required().on_create();
    if let Some(relationship) = &mut parent.relationship {
        relationship.to.extend(["User", "Account", "Contact"].map(str::to_owned));
    }
    let fields = vec![
        parent,
        Field::new("Type", "Feed Item Type", kinds).on_create(),
        Field::new("Body", "Body", LongText { max: 10_000 }),
        Field::new("IsRichText", "Is Rich Text", Flag).on_create(),
        text("Title", "Title", 255).on_create(),
        Field::new("LinkUrl", "Link URL", Url).on_create(),
        lookup("RelatedRecordId", "Related Record ID", "RelatedRecord", "ContentVersion").on_create(),
        Field::new("IsDeleted", "Deleted", Flag).read_only(),
    ];
    let sharing = Sharing::WithParent("ParentId");
    object("FeedItem", "Feed Item", "Feed Items", "0D5", sharing, cascading(with_id_and_audit(fields)))
}

fn user_record_access() -> ObjectType {
    let flag = |name: &str, label: &str| Field::new(name, label, Flag).read_only();
    let fields = vec![
        Field::new("Id", "Record ID", Id).read_only(),
        lookup("UserId", "User ID", "User", "User").read_only(),
        Field::new("RecordId", "Record ID", Reference).read_only(),
        flag("HasReadAccess", "Has Read Access"),
        flag("HasEditAccess", "Has Edit Access"),
        flag("HasDeleteAccess", "Has Delete Access"),
        flag("HasTransferAccess", "Has Transfer Access"),
        flag("HasAllAccess", "Has All Access"),
        Field::new("MaxAccessLevel", "Max Access Level", Text { max: 40 }).read_only(),
    ];
    let mut access =
        object("UserRecordAccess", "User Record Access", "User Record Access", "", Sharing::ReadOnly, fields);
    access.nature = Nature::Computed;
    access
}

/// What parents call the rows that refer to them; custom lookups say so in their metadata.
fn children(object: &str, field: &str) -> Option<&'static str> {
    let named = [
        ("Contact", "AccountId", "Contacts"),
        ("Case", "AccountId", "Cases"),
        ("Case", "ContactId", "Cases"),
        ("Case", "ParentId", "Cases"),
        ("CaseComment", "ParentId", "CaseComments"),
        ("ContentVersion", "ContentDocumentId", "ContentVersions"),
        ("ContentDocumentLink", "ContentDocumentId", "ContentDocumentLinks"),
        ("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks"),
        ("Attachment", "ParentId", "Attachments"),
        ("EmailMessage", "ParentId", "EmailMessages"),
    ];
    named.into_iter().find(|(child, lookup, _)| *child == object && *lookup == field).map(|(_, _, name)| name)
}

pub fn object(
    name: &str,
    label: &str,
    plural: &str,
    prefix: &str,
    sharing: Sharing,
    mut fields: Vec<Field>,
) -> ObjectType {
    for field in &mut fields {
        if let Some(relationship) = &mut field.relationship {
            relationship.children = children(name, &field.name).map(str::to_owned);
        }
    }
    ObjectType {
        name: name.to_owned(),
        label: label.to_owned(),
        label_plural: plural.to_owned(),
        key_prefix: prefix.to_owned(),
        nature: Nature::Records,
        sharing,
        custom: false,
        fields,
    }
}

pub fn with_id_and_audit(own: Vec<Field>) -> Vec<Field> {
    let mut fields = vec![Field::new("Id", "Record ID", Id).read_only()];
    fields.extend(own);
    fields.extend(audit_fields());
    fields
}

/// Feed and comments go with the record they hang on.
fn cascading(mut fields: Vec<Field>) -> Vec<Field> {
    for relationship in fields.iter_mut().filter(|field| field.name == "ParentId").flat_map(|f| &mut f.relationship) {
        relationship.on_delete = OnDelete::Cascade;
    }
    fields
}

pub fn text(name: &str, label: &str, max: usize) -> Field {
    Field::new(name, label, Text { max })
}

pub fn lookup(name: &str, label: &str, relationship: &str, to: &str) -> Field {
    let mut field = Field::new(name, label, Reference);
    field.relationship = Some(Relationship {
        name: Some(relationship.to_owned()),
        to: vec![to.to_owned()],
        children: None,
        on_delete: OnDelete::SetNull,
    });
    field
}

pub fn choices(values: &[&str], preset: Option<&str>) -> FieldKind {
    let values = values.iter().map(|value| PicklistValue {
        value: (*value).to_owned(),
        label: (*value).to_owned(),
        default: preset == Some(*value),
    });
    Picklist { values: values.collect(), restricted: false }
}

/// Standard picklists take any value over the API; a restricted one takes only its own.
pub fn restricted(kind: FieldKind) -> FieldKind {
    let Picklist { values, .. } = kind else { return kind };
    Picklist { values, restricted: true }
}
