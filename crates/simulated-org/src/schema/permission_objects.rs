//! Who has which rights, as objects: an admin's questions about them are queries.
//!
//! Format: Object Reference, "PermissionSet", "PermissionSetAssignment", "ObjectPermissions", "UserPermissionAccess".

use super::FieldKind::{Flag, Id};
use super::standard::{lookup, object, text, with_id_and_audit};
use super::{Field, Nature, ObjectType, Sharing};

pub const PERMISSION_SET: &str = "PermissionSet";
pub const ASSIGNMENT: &str = "PermissionSetAssignment";
pub const OBJECT_PERMISSIONS: &str = "ObjectPermissions";
pub const USER_PERMISSION_ACCESS: &str = "UserPermissionAccess";

/// Those that this Org knows, of several hundred; as in `PermissionsViewSetup`.
pub const SYSTEM_PERMISSIONS: [(&str, &str); 8] = [
    ("ApiEnabled", "API Enabled"),
    ("ApiUserOnly", "API Only User"),
    ("AuthorApex", "Author Apex"),
    ("CustomizeApplication", "Customize Application"),
    ("ManageUsers", "Manage Users"),
    ("ModifyAllData", "Modify All Data"),
    ("ViewAllData", "View All Data"),
    ("ViewSetup", "View Setup and Configuration"),
];

/// Only who may view Setup sees these at all.
pub fn belongs_to_setup(object: &str) -> bool {
    [PERMISSION_SET, ASSIGNMENT, OBJECT_PERMISSIONS].iter().any(|name| name.eq_ignore_ascii_case(object))
}

pub fn objects() -> Vec<ObjectType> {
    vec![permission_set(), assignment(), object_permissions(), user_permission_access()]
}

fn permission_set() -> ObjectType {
    let mut fields = vec![
        text("Name", "Permission Set Name", 80).required(),
        text("Label", "Permission Set Label", 80).required(),
        text("Description", "Description", 255),
        Field::new("IsCustom", "Is Custom", Flag),
        Field::new("IsOwnedByProfile", "Is Owned By Profile", Flag),
        text("Type", "Type", 40),
        text("NamespacePrefix", "Namespace Prefix", 15),
        lookup("ProfileId", "Profile ID", "Profile", "Profile"),
    ];
    fields.extend(system_permissions());
    setup_object(PERMISSION_SET, "Permission Set", "Permission Sets", "0PS", fields)
}

fn assignment() -> ObjectType {
    let fields = vec![
        lookup("PermissionSetId", "PermissionSet ID", "PermissionSet", PERMISSION_SET),
        lookup("AssigneeId", "Assignee ID", "Assignee", "User").required(),
        Field::new("IsActive", "Is Active", Flag),
    ];
    setup_object(ASSIGNMENT, "Permission Set Assignment", "Permission Set Assignments", "0Pa", fields)
}

fn object_permissions() -> ObjectType {
    let flag = |name: &str, label: &str| Field::new(name, label, Flag);
    let fields = vec![
        lookup("ParentId", "Parent ID", "Parent", PERMISSION_SET).required(),
        text("SobjectType", "sObject Type Name", 40).required(),
        flag("PermissionsCreate", "Create Records"),
        flag("PermissionsRead", "Read Records"),
        flag("PermissionsEdit", "Edit Records"),
        flag("PermissionsDelete", "Delete Records"),
        flag("PermissionsViewAllRecords", "Read All Records"),
        flag("PermissionsModifyAllRecords", "Edit All Records"),
    ];
    setup_object(OBJECT_PERMISSIONS, "Object Permissions", "Object Permissions", "110", fields)
}

fn user_permission_access() -> ObjectType {
    let mut fields = vec![Field::new("Id", "Record ID", Id)];
    fields.extend(system_permissions());
    let fields = fields.into_iter().map(Field::read_only).collect();
    let label = "User Permission Access";
    let mut access = object(USER_PERMISSION_ACCESS, label, label, "", Sharing::ReadOnly, fields);
    access.nature = Nature::Computed;
    access
}

fn system_permissions() -> impl Iterator<Item = Field> {
    SYSTEM_PERMISSIONS.iter().map(|(name, label)| Field::new(&format!("Permissions{name}"), label, Flag))
}

fn setup_object(name: &str, label: &str, plural: &str, prefix: &str, fields: Vec<Field>) -> ObjectType {
    let fields = with_id_and_audit(fields.into_iter().map(Field::read_only).collect());
    object(name, label, plural, prefix, Sharing::ReadOnly, fields)
}
