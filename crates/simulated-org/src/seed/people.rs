//! The people of the support organisation, their profiles, and what each may do.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::{Seeded, insert, note};
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rights::{PermissionSet, Rights};
use crate::rows::Row;
use crate::rows::system_fields::{derive, stamp};
use crate::schema::permission_set::{Grants, ObjectRights};
use crate::schema::trusted_urls::TRUSTED_URL;
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
    permission_sets: &'static [&'static str],
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
        permission_sets: &[],
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
        permission_sets: &["Casegate_Integration", CASE_ACCESS],
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
        permission_sets: &["Casegate_Agent"],
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
        permission_sets: &["Casegate_Agent"],
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
        permission_sets: &[],
    },
];

const PROFILES: [&str; 3] = ["System Administrator", "Minimum Access - API Only Integrations", "Support Agent"];

/// The id a person will have; known before the rows exist, because rights are needed to insert them.
pub fn user_id(number: u64) -> RecordId {
    RecordId::numbered("005", number)
}

/// Everybody's rights: what profiles give, packaged sets as they ship, and what this customer's admin made. To a `fresh`
/// Org a deploy brings the packaged ones.
pub fn rights(schema: &Schema, metadata: Option<&Path>, fresh: bool) -> Result<Rights> {
    let mut sets: Vec<PermissionSet> = Vec::new();
    for (number, profile) in (1..).zip(PROFILES) {
        // As an Org names them: by the id of the profile.
        let name = format!("X{}", RecordId::numbered("00e", number).short());
        let grants = profile_grants(profile);
        sets.push(PermissionSet {
            label: name.clone(),
            name,
            profile: Some(profile),
            grants,
            ..PermissionSet::default()
        });
    }
    for name in ["Casegate_Agent", "Casegate_Integration"] {
        let mut set = PermissionSet {
            name: name.to_owned(),
            label: name.replace('_', " "),
            packaged: true,
            ..PermissionSet::default()
        };
        let read = match metadata {
            Some(metadata) => set.grants.add_permission_set(schema, metadata, name)?,
            None => false,
        };
        if !read && !fresh {
            open_custom_objects(schema, &mut set.grants);
        }
        sets.push(set);
    }
    let mut case_access = PermissionSet {
        name: CASE_ACCESS.to_owned(),
        label: "Casegate Case Access".to_owned(),
        ..PermissionSet::default()
    };
    case_access.grants.grant("Case", ObjectRights::VIEW_ALL);
    sets.push(case_access);
    let assigned = (1..).zip(&PEOPLE).map(|(number, person)| {
        let of_profile = sets.iter().find(|set| set.profile == Some(person.profile)).map(|set| set.name.clone());
        let given = person.permission_sets.iter().map(|name| (*name).to_owned());
        (user_id(number), of_profile.into_iter().chain(given).collect())
    });
    let assigned = assigned.collect();
    Ok(Rights::new(sets, assigned))
}

/// What the subscriber's admin gives the integration user besides the packaged set, which cannot grant it.
const CASE_ACCESS: &str = "Casegate_Case_Access";

const FILES: ObjectRights =
    ObjectRights { create: true, read: true, edit: true, delete: true, view_all: false, modify_all: false };

fn profile_grants(profile: &str) -> Grants {
    let mut grants = Grants::default();
    grants.everything = profile == "System Administrator";
    for object in ["User", "Profile", "Organization", TRUSTED_URL] {
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
    grants.system.insert("ApiEnabled".to_owned());
    if profile == "Support Agent" {
        for object in ["Case", "Account", "Contact", "CaseComment"] {
            grants.grant(object, ObjectRights::WORK);
        }
        // This customer's admin added the field to the agents' page.
        grants.grant_field("Contact", "Preferred_Language__c");
    } else {
        grants.system.insert("ApiUserOnly".to_owned());
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
