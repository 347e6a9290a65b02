//! Who has which rights, asked as an admin asks: permission sets, who has them, and what they give.

use serde_json::{Value, json};
use simulated_org::ObjectRights;

use crate::caller::Caller;

const ADMIN: &str = "admin.olivia@example.test";
const SYSTEM: &str =
    "SELECT PermissionsModifyAllData, PermissionsViewSetup, PermissionsApiUserOnly FROM UserPermissionAccess";

async fn admin() -> Caller {
    let mut caller = Caller::start().await;
    caller.token = caller.log_in(ADMIN).await;
    caller
}

#[tokio::test]
async fn an_admin_sees_who_has_which_sets_and_what_they_give() {
    let caller = admin().await;
    let user = caller.user("integration");
    let rows = caller
        .rows(&format!(
            "SELECT PermissionSetId, PermissionSet.Name, PermissionSet.NamespacePrefix, PermissionSet.IsOwnedByProfile, \
             PermissionSet.Profile.Name, IsActive FROM PermissionSetAssignment WHERE AssigneeId = '{user}' \
             ORDER BY PermissionSet.Name"
        ))
        .await;
    let names: Vec<&Value> = rows.iter().map(|row| &row["PermissionSet"]["Name"]).collect();
    assert_eq!(names[..2], ["Casegate_Case_Access", "Casegate_Integration"]);
    assert_eq!(rows[2]["PermissionSet"]["Profile"]["Name"], "Minimum Access - API Only Integrations");
    assert_eq!(rows[2]["PermissionSet"]["IsOwnedByProfile"], true);
    assert_eq!((&rows[0]["IsActive"], &rows[0]["PermissionSet"]["NamespacePrefix"]), (&json!(true), &Value::Null));

    let given = caller
        .rows(&format!(
            "SELECT SobjectType, PermissionsRead, PermissionsEdit, PermissionsViewAllRecords FROM ObjectPermissions \
             WHERE ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{user}') \
             ORDER BY SobjectType"
        ))
        .await;
    let objects: Vec<&Value> = given.iter().map(|row| &row["SobjectType"]).collect();
    assert_eq!(objects, ["Case", "CaseFileEvent__e", "FileRequest__c", "SecureFile__c"]);
    let case = ["PermissionsRead", "PermissionsEdit", "PermissionsViewAllRecords"].map(|flag| given[0][flag] == true);
    assert_eq!(case, [true, false, true]);
    let widest = caller.rows("SELECT Name FROM PermissionSet WHERE PermissionsModifyAllData = true").await;
    assert_eq!(widest.len(), 1, "{widest:?}");
}

#[tokio::test]
async fn without_view_setup_none_of_it_exists_but_everybody_may_ask_about_themselves() {
    let caller = Caller::start().await;
    for object in ["PermissionSet", "PermissionSetAssignment", "ObjectPermissions"] {
        let refused = caller.query(&format!("SELECT Id FROM {object}")).await;
        assert_eq!((refused.status, refused.code()), (400, "INVALID_TYPE"), "{refused:?}");
        assert_eq!(caller.get(&format!("sobjects/{object}/describe")).await.status, 404);
    }
    let own = &caller.rows(SYSTEM).await[0];
    let held =
        ["PermissionsModifyAllData", "PermissionsViewSetup", "PermissionsApiUserOnly"].map(|flag| own[flag] == true);
    assert_eq!(held, [false, false, true]);
    assert_eq!(own["attributes"]["type"], "UserPermissionAccess");
    let own = &admin().await.rows(SYSTEM).await[0];
    assert_eq!((&own["PermissionsModifyAllData"], &own["PermissionsApiUserOnly"]), (&json!(true), &json!(false)));
    let refused = caller.query("SELECT PermissionsFly FROM UserPermissionAccess").await;
    assert_eq!(refused.code(), "INVALID_FIELD");
    assert!(refused.message().ends_with("No such column 'PermissionsFly' on entity 'UserPermissionAccess'."));
    for soql in [
        "SELECT PermissionsViewSetup FROM UserPermissionAccess WHERE PermissionsViewSetup = true",
        "SELECT COUNT() FROM UserPermissionAccess",
    ] {
        let refused = caller.query(soql).await;
        let reason = "the simulated org plays UserPermissionAccess as a plain list of its permissions only";
        assert!(refused.code() == "MALFORMED_QUERY" && refused.message().ends_with(reason), "{refused:?}");
    }
}

#[tokio::test]
async fn rights_are_given_and_taken_in_setup_and_count_at_once() {
    let caller = Caller::start().await;
    let (case, user) = (caller.case("gateway_reboots"), caller.org.user("integration").unwrap());
    let path = format!("sobjects/Case/{case}?fields=Id");
    assert_eq!(caller.get(&path).await.status, 200);
    caller.org.alter_rights(|rights| rights.withdraw("Casegate_Case_Access", user));
    assert_eq!(caller.get(&path).await.status, 404);
    caller.org.alter_rights(|rights| {
        let set = rights.set("Support_Reports");
        set.grants.grant("Case", ObjectRights::READ);
        set.grants.system.extend(["ViewAllData", "ViewSetup"].map(str::to_owned));
        rights.assign("Support_Reports", user);
    });
    assert_eq!(caller.get(&path).await.status, 200);
    let sets = caller.rows("SELECT Label FROM PermissionSet WHERE Name = 'Support_Reports'").await;
    assert_eq!(sets[0]["Label"], "Support Reports");
    // Nobody writes them over the API here.
    let refused = caller.post("sobjects/PermissionSet", &json!({ "Name": "X", "Label": "X" })).await;
    assert_eq!((refused.status, refused.code()), (403, "INSUFFICIENT_ACCESS_OR_READONLY"));
    caller.org.alter_rights(|rights| {
        rights.set("Support_Reports").grants.system.insert("ModifyAllData".to_owned());
    });
    assert_eq!(caller.patch(&format!("sobjects/Case/{case}"), &json!({ "Subject": "x" })).await.status, 204);
}

#[tokio::test]
async fn an_app_lets_in_who_has_its_permission_set() {
    let caller = Caller::start().await;
    let user = caller.org.user("integration").unwrap();
    caller.org.alter_rights(|rights| rights.withdraw("Casegate_Integration", user));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ];
    let refused = caller.token_call(&form).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("invalid_app_access")));
    caller.org.alter_rights(|rights| rights.assign("Casegate_Integration", user));
    assert_eq!(caller.token_call(&form).await.status, 200);
}
