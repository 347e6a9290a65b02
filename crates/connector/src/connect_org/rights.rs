//! What the integration user may do in the whole Org: enough for Casegate, and nothing beside.
//!
//! Every API user may ask which system permissions it has. Which permission set gives what is told only to who may view
//! Setup; to all others objects show from outside alone, and the sentence says what stayed unseen.
//!
//! Format: Object Reference, UserPermissionAccess, PermissionSetAssignment, ObjectPermissions.

use salesforce_client::{Identity, OrgConnection, OrgError, Record, RecordId, soql};
use serde_json::Value;

use super::Particulars;
use crate::check_config::Outcome;
use crate::org::records;

const INTEGRATION_SET: &str = "Casegate_Integration";

/// Each is the right to take the whole Org, or to read all of it.
const TOO_WIDE: [(&str, &str); 5] = [
    ("PermissionsModifyAllData", "Modify All Data"),
    ("PermissionsViewAllData", "View All Data"),
    ("PermissionsAuthorApex", "Author Apex"),
    ("PermissionsCustomizeApplication", "Customize Application"),
    ("PermissionsManageUsers", "Manage Users"),
];

/// As the columns of `ObjectPermissions` are called, and as Setup shows them.
const RIGHTS: [(&str, &str); 6] = [
    ("PermissionsRead", "Read"),
    ("PermissionsCreate", "Create"),
    ("PermissionsEdit", "Edit"),
    ("PermissionsDelete", "Delete"),
    ("PermissionsViewAllRecords", VIEW_ALL),
    ("PermissionsModifyAllRecords", "Modify All"),
];
const VIEW_ALL: &str = "View All";

/// Objects that hold what a company lives on: nobody needs to change them to move files.
const BUSINESS: [&str; 10] =
    ["Account", "Asset", "Campaign", "Case", "Contact", "Contract", "Lead", "Opportunity", "Order", "Product2"];

pub(super) async fn rights(connection: &OrgConnection, identity: &Identity, particulars: &Particulars) -> Outcome {
    let user = particulars.username();
    let soql = "SELECT PermissionsModifyAllData, PermissionsViewAllData, PermissionsAuthorApex, \
                PermissionsCustomizeApplication, PermissionsManageUsers, PermissionsViewSetup, PermissionsApiUserOnly \
                FROM UserPermissionAccess";
    let rows = connection.query(soql).await.map_err(|error| said(&error))?;
    let held = rows.first().ok_or("the Org does not say what the user that we run as may do")?;
    let wide: Vec<&str> = TOO_WIDE.iter().filter(|(name, _)| is(held, name)).map(|(_, label)| *label).collect();
    if !wide.is_empty() {
        return Err(format!(
            "{user} has {}, far more than Casegate needs: take it away, or use a user of its own",
            wide.join(", ")
        ));
    }
    if !is(held, "PermissionsApiUserOnly") {
        return Err(format!("{user} may also log in to the pages of Salesforce: give it API Only User"));
    }
    if is(held, "PermissionsViewSetup") {
        given(connection, identity, particulars).await
    } else {
        from_outside(connection, user).await
    }
}

/// By every permission set that the user has, its profile's among them.
async fn given(connection: &OrgConnection, identity: &Identity, particulars: &Particulars) -> Outcome {
    let user = particulars.username();
    let soql = format!(
        "SELECT PermissionSetId, PermissionSet.Name, PermissionSet.Label, PermissionSet.NamespacePrefix, \
         PermissionSet.Type, PermissionSet.Profile.Name FROM PermissionSetAssignment WHERE AssigneeId = '{}'",
        identity.user_id
    );
    let sets = connection.query(&soql).await.map_err(|error| said(&error))?;
    if !may_have_ours(&sets, &particulars.namespace_prefix) {
        return Err(format!("{user} lacks the permission set Casegate Integration: assign it"));
    }
    let ids: Vec<RecordId> =
        sets.iter().filter_map(|set| RecordId::parse(&text(set, "PermissionSetId")).ok()).collect();
    let columns = RIGHTS.map(|(column, _)| column).join(", ");
    let soql =
        format!("SELECT ParentId, SobjectType, {columns} FROM ObjectPermissions WHERE ParentId IN {}", soql::ids(&ids));
    let rows = connection.query(&soql).await.map_err(|error| said(&error))?;

    let mut views_all_cases = false;
    let mut excess = Vec::new();
    for row in &rows {
        let object = text(row, "SobjectType");
        let needed = needed(connection, &object);
        for (_, right) in RIGHTS.iter().filter(|(column, _)| is(row, column)) {
            views_all_cases |= object == "Case" && *right == VIEW_ALL;
            if !needed.contains(right) {
                excess.push(format!("{} gives {right} on {object}", giver(&sets, &text(row, "ParentId"))));
            }
        }
    }
    if !excess.is_empty() {
        return Err(format!("{}; Casegate does not need it: take it away from {user}", excess.join(", ")));
    }
    if views_all_cases {
        Ok("View All on Case, our objects, and nothing else".to_owned())
    } else {
        Err(format!(
            "nothing gives {user} View All on Case: make a permission set with Read and View All on Case, and assign it"
        ))
    }
}

/// By itself, or perhaps in a group: a group shows as one set under its own name.
fn may_have_ours(sets: &[Record], namespace: &str) -> bool {
    sets.iter().any(|set| {
        let is_ours = text(set, "PermissionSet.Name") == INTEGRATION_SET
            && text(set, "PermissionSet.NamespacePrefix") == namespace;
        is_ours || text(set, "PermissionSet.Type") == "Group"
    })
}

/// What an object's rights may be at most.
fn needed(connection: &OrgConnection, object: &str) -> &'static [&'static str] {
    let is_ours = |name| object == connection.api_name(name);
    match object {
        "Case" => &["Read", VIEW_ALL],
        _ if is_ours(records::FILE_REQUEST) => &["Read", "Create", "Edit", "Delete", VIEW_ALL, "Modify All"],
        _ if is_ours(records::SECURE_FILE) => &["Read", "Create", "Edit", VIEW_ALL],
        _ if is_ours(records::CASE_FILE_EVENT) => &["Read", "Create"],
        _ => &["Read"],
    }
}

fn giver(sets: &[Record], id: &str) -> String {
    let Some(set) = sets.iter().find(|set| text(set, "PermissionSetId") == id) else { return id.to_owned() };
    match text(set, "PermissionSet.Profile.Name") {
        profile if profile.is_empty() => format!("the permission set {}", text(set, "PermissionSet.Label")),
        profile => format!("the profile {profile}"),
    }
}

async fn from_outside(connection: &OrgConnection, user: &str) -> Outcome {
    let objects = connection.objects().await.map_err(|error| said(&error))?;
    let changeable = objects.iter().filter(|object| {
        BUSINESS.contains(&object.name.as_str()) && (object.createable || object.updateable || object.deletable)
    });
    let changeable: Vec<&str> = changeable.map(|object| object.name.as_str()).collect();
    if changeable.is_empty() {
        Ok("nothing too wide shows. Which set gives View All on Case is told only to a user with View Setup and \
            Configuration: without it, what follows about Cases is all the proof there is"
            .to_owned())
    } else {
        Err(format!(
            "{user} may make, change or delete {}: leave it Read and View All on Case, and nothing else",
            changeable.join(", ")
        ))
    }
}

fn is(row: &Record, column: &str) -> bool {
    row.get(column).and_then(Value::as_bool) == Some(true)
}

/// Empty where there is none.
fn text(row: &Record, path: &str) -> String {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| row.get(name));
    let value = names.fold(first, |value, name| value?.get(name));
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn said(error: &OrgError) -> String {
    format!("the rights of the user that we run as cannot be looked at: {error}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(name: &str, namespace: Option<&str>, kind: &str) -> Record {
        let row = json!({ "PermissionSet": { "Name": name, "NamespacePrefix": namespace, "Type": kind } });
        row.as_object().cloned().expect("an object was written")
    }

    #[test]
    fn our_set_is_known_by_name_and_namespace_and_may_hide_in_a_group() {
        for (held, namespace, expected) in [
            (set(INTEGRATION_SET, None, "Regular"), "", true),
            (set(INTEGRATION_SET, Some("acme"), "Regular"), "acme", true),
            (set(INTEGRATION_SET, Some("acme"), "Regular"), "", false),
            (set(INTEGRATION_SET, None, "Regular"), "acme", false),
            (set("Support_Bundle", None, "Group"), "", true),
            (set("Support_Reports", None, "Regular"), "", false),
        ] {
            assert_eq!(may_have_ours(std::slice::from_ref(&held), namespace), expected, "{held:?} in {namespace:?}");
        }
    }
}
