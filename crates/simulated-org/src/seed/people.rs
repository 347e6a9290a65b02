//! The people of the support organisation, their profiles, and what each may do.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::{Seeded, insert, note};
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::rows::system_fields::{derive, stamp};
use crate::schema::permission_set::{Grants, ObjectRights};
use crate::schema::{Nature, Schema};
use crate::work::Work;

pub const ADMIN: u64 = 1;
pub const INTEGRATION: u64 = 2;
pub const INTEGRATION_USERNAME: &str = "casegate.integration@example.test";

/// Everybody's, shown on the login page: a simulated Org has nothing to guard.
pub const PASSWORD: &str = "Simulated-1";

struct Person {
    nickname: &'static str,
    first: &'static str,
    last: &'static str,
    username: &'static str,
    alias: &'static str,
    title: &'static str,
    profile: &'static str,
    language: &'static str,
    permission_set: Option<&'static str>,
}

/// In the order of their record ids.
const PEOPLE: [Person; 5] = [
    Person {
        nickname: "admin",
        first: "Olivia",
        last: "Okafor",
        username: "admin.olivia@example.test",
        alias: "ookaf",
        title: "Salesforce Administrator",
        profile: "System Administrator",
        language: "en_US",
        permission_set: None,
    },
    Person {
        nickname: "integration",
        first: "Casegate",
        last: "Integration",
        username: INTEGRATION_USERNAME,
        alias: "cgint",
        title: "",
        profile: "Minimum Access - API Only Integrations",
        language: "en_US",
        permission_set: Some("Casegate_Integration"),
    },
    Person {
        nickname: "anna",
        first: "Anna",
        last: "Novak",
        username: "agent.anna@example.test",
        alias: "anova",
        title: "Senior Support Engineer",
        profile: "Support Agent",
        language: "en_US",
        permission_set: Some("Casegate_Agent"),
    },
    Person {
        nickname: "ben",
        first: "Ben",
        last: "Adeyemi",
        username: "agent.ben@example.test",
        alias: "badey",
        title: "Support Engineer",
        profile: "Support Agent",
        language: "de",
        permission_set: Some("Casegate_Agent"),
    },
    Person {
        nickname: "carla",
        first: "Carla",
        last: "Rossi",
        username: "agent.carla@example.test",
        alias: "cross",
        title: "Support Engineer, in training",
        profile: "Support Agent",
        language: "fr",
        permission_set: None,
    },
];

const PROFILES: [&str; 3] = ["System Administrator", "Minimum Access - API Only Integrations", "Support Agent"];

/// The id a person will have; known before the rows exist, because rights are needed to insert them.
pub fn user_id(number: u64) -> RecordId {
    RecordId::numbered("005", number)
}

/// The permission set a person has.
pub fn permission_set(user: RecordId) -> Option<&'static str> {
    let (_, person) = (1..).zip(&PEOPLE).find(|(number, _)| user_id(*number) == user)?;
    person.permission_set
}

/// Every person's rights: the profile's, plus the permission set as it ships. To a `fresh` Org a deploy brings it.
pub fn grants(schema: &Schema, metadata: Option<&Path>, fresh: bool) -> Result<BTreeMap<RecordId, Grants>> {
    let mut all = BTreeMap::new();
    for (number, person) in (1..).zip(&PEOPLE) {
        let mut grants = profile_grants(person.profile);
        if let Some(name) = person.permission_set {
            let read = match metadata {
                Some(metadata) => grants.add_permission_set(schema, metadata, name)?,
                None => false,
            };
            if !read && !fresh {
                open_custom_objects(schema, &mut grants);
            }
        }
        all.insert(user_id(number), grants);
    }
    Ok(all)
}

const FILES: ObjectRights =
    ObjectRights { create: true, read: true, edit: true, delete: true, view_all: false, modify_all: false };

fn profile_grants(profile: &str) -> Grants {
    let mut grants = Grants::default();
    grants.everything = profile == "System Administrator";
    for object in ["User", "Profile", "Organization"] {
        grants.grant(object, ObjectRights::READ);
    }
    // Anybody may post where they can read; Chatter needs no object permission.
    grants.grant("FeedItem", ObjectRights::WORK);
    // Nor do files: who reaches a record reaches its files, and everybody may keep some of their own.
    for object in ["ContentVersion", "ContentDocument", "ContentDocumentLink"] {
        grants.grant(object, FILES);
    }
    for object in ["Attachment", "Document"] {
        grants.grant(object, ObjectRights::WORK);
    }
    if profile == "Support Agent" {
        for object in ["Case", "Account", "Contact", "CaseComment"] {
            grants.grant(object, ObjectRights::WORK);
        }
        // This customer's admin added the field to the agents' page.
        grants.grant_field("Contact", "Preferred_Language__c");
    } else {
        // What the subscriber's admin gives the integration user besides the packaged permission set.
        grants.grant("Case", ObjectRights::VIEW_ALL);
    }
    grants
}

/// Without shipped permission sets (a test with a schema of its own) custom objects are open.
fn open_custom_objects(schema: &Schema, grants: &mut Grants) {
    for object in schema.objects().filter(|object| object.custom && object.nature != Nature::Settings) {
        grants.grant_with_fields(schema, &object.name, ObjectRights::EVERYTHING);
    }
    let names = ["Casegate_Open_Files", "Casegate_Request_Files", "Casegate_Revoke_Requests"];
    grants.custom_permissions.extend(names.map(str::to_owned));
    grants.apex_classes.insert("FileRequestController".to_owned());
}

pub fn plant(work: &mut Work, seeded: &mut Seeded) -> Result<()> {
    plant_organization(work);
    let mut profiles = BTreeMap::new();
    for name in PROFILES {
        let id = insert(work, "Profile", json!({ "Name": name }))?;
        profiles.insert(name, id);
    }
    for person in &PEOPLE {
        let body = json!({
            "FirstName": person.first,
            "LastName": person.last,
            "Username": person.username,
            "Alias": person.alias,
            "Email": person.username,
            "Title": person.title,
            "IsActive": true,
            "ProfileId": profiles[person.profile].to_string(),
            "TimeZoneSidKey": "Europe/Berlin",
            "LocaleSidKey": "en_GB",
            "LanguageLocaleKey": person.language,
        });
        let id = insert(work, "User", body)?;
        if let Some(row) = work.world.rows.row_mut("User", id) {
            row.set("UserType", Cell::text("Standard"));
        }
        let about = json!({ "username": person.username, "name": format!("{} {}", person.first, person.last) });
        note(seeded, "users", person.nickname, id, about);
    }
    Ok(())
}

/// The one row whose id the caller chose.
pub fn plant_organization(work: &mut Work) {
    let options = &work.org.options;
    let mut row = Row::new(work.org.id);
    let name = format!("{} Support", capitalised(&options.instance_prefix));
    row.set("Name", Cell::text(name));
    row.set("InstanceName", Cell::text("SIM1"));
    row.set("IsSandbox", Cell::Flag(options.sandbox));
    row.set("OrganizationType", Cell::text("Developer Edition"));
    row.set("TimeZoneSidKey", Cell::text("Europe/Berlin"));
    row.set("LanguageLocaleKey", Cell::text("en_US"));
    if let Some(object) = work.org.schema.object("Organization") {
        derive(&work.world.rows, object, &mut row, work.now);
    }
    stamp(&mut row, work.user, work.now);
    work.world.rows.put("Organization", row);
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
