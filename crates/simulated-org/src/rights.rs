//! Who may do what: the rights that profiles and permission sets give, and who has which.
//!
//! The rows of `PermissionSet`, `PermissionSetAssignment` and `ObjectPermissions` follow from here and are read-only:
//! an admin of this Org changes rights with [`Rights::alter`].
//!
//! Format: Object Reference, "PermissionSet", "PermissionSetAssignment", "ObjectPermissions".

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::rows::system_fields::stamp;
use crate::schema::permission_objects::{ASSIGNMENT, OBJECT_PERMISSIONS, PERMISSION_SET, SYSTEM_PERMISSIONS};
use crate::schema::permission_set::{Grants, ObjectRights};
use crate::schema::{Nature, ObjectType};
use crate::work::Work;

/// A permission set, or what a profile gives: an Org keeps both as the same thing.
#[derive(Clone, Debug, Default)]
pub struct PermissionSet {
    pub name: String,
    pub label: String,
    pub profile: Option<&'static str>,
    /// It came with our package, and has its namespace.
    pub packaged: bool,
    pub grants: Grants,
}

#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// In the order of their record ids.
    sets: Vec<PermissionSet>,
    /// The names of a user's sets.
    assigned: BTreeMap<RecordId, BTreeSet<String>>,
    of_users: BTreeMap<RecordId, Grants>,
}

impl Rights {
    pub fn new(sets: Vec<PermissionSet>, assigned: BTreeMap<RecordId, BTreeSet<String>>) -> Self {
        let mut rights = Self { sets, assigned, of_users: BTreeMap::new() };
        rights.add_up();
        rights
    }

    pub fn of(&self, user: RecordId) -> &Grants {
        static NONE: std::sync::LazyLock<Grants> = std::sync::LazyLock::new(Grants::default);
        self.of_users.get(&user).unwrap_or(&NONE)
    }

    /// A permission set by its name, or what a profile gives, by the profile's; made when there is none.
    pub fn set(&mut self, name: &str) -> &mut PermissionSet {
        let place =
            self.sets.iter().position(|set| set.name == name || set.profile == Some(name)).unwrap_or_else(|| {
                let label = name.replace('_', " ");
                self.sets.push(PermissionSet { name: name.to_owned(), label, ..PermissionSet::default() });
                self.sets.len() - 1
            });
        &mut self.sets[place]
    }

    pub fn assign(&mut self, name: &str, user: RecordId) {
        self.assigned.entry(user).or_default().insert(name.to_owned());
    }

    pub fn withdraw(&mut self, name: &str, user: RecordId) {
        self.assigned.entry(user).or_default().remove(name);
    }

    #[must_use]
    pub fn altered(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut rights = self.clone();
        change(&mut rights);
        rights.add_up();
        rights
    }

    /// As they are after a deploy: packaged sets are those of `deployed`, everything else stays.
    #[must_use]
    pub fn redeployed(&self, deployed: Self) -> Self {
        self.altered(|rights| {
            for set in deployed.sets.into_iter().filter(|set| set.packaged) {
                let name = set.name.clone();
                *rights.set(&name) = set;
            }
        })
    }

    fn add_up(&mut self) {
        self.of_users.clear();
        for (user, names) in &self.assigned {
            let grants = self.of_users.entry(*user).or_default();
            self.sets.iter().filter(|set| names.contains(&set.name)).for_each(|set| grants.add(&set.grants));
        }
    }
}

/// Writes what queries see.
pub fn write_rows(work: &mut Work) {
    for object in [PERMISSION_SET, ASSIGNMENT, OBJECT_PERMISSIONS] {
        work.world.rows.forget(object);
    }
    let rights: &Rights = &work.org.rights;
    let mut objects_written = 0;
    for (number, set) in (1..).zip(&rights.sets) {
        let id = RecordId::numbered("0PS", number);
        write_set(work, id, set);
        for (object, held) in set.grants.objects() {
            let Some(object) = work.org.schema.object(object).filter(|object| has_permissions(object)) else {
                continue;
            };
            objects_written += 1;
            let row = object_permissions(RecordId::numbered("110", objects_written), id, &object.name, held);
            put(work, OBJECT_PERMISSIONS, row);
        }
    }
    let assigned = rights.assigned.iter().flat_map(|(user, names)| names.iter().map(move |name| (*user, name)));
    for (number, (user, name)) in (1..).zip(assigned) {
        let Some(set) = rights.sets.iter().position(|set| set.name == *name) else { continue };
        let mut row = Row::new(RecordId::numbered("0Pa", number));
        row.set("AssigneeId", Cell::Reference(user));
        row.set("PermissionSetId", Cell::Reference(RecordId::numbered("0PS", set as u64 + 1)));
        row.set("IsActive", Cell::Flag(true));
        put(work, ASSIGNMENT, row);
    }
}

fn write_set(work: &mut Work, id: RecordId, set: &PermissionSet) {
    let mut row = Row::new(id);
    row.set("Name", Cell::text(&set.name));
    row.set("Label", Cell::text(&set.label));
    row.set("IsCustom", Cell::Flag(true));
    row.set("IsOwnedByProfile", Cell::Flag(set.profile.is_some()));
    row.set("Type", Cell::text(if set.profile.is_some() { "Profile" } else { "Regular" }));
    if set.packaged && !work.org.schema.namespace.is_empty() {
        row.set("NamespacePrefix", Cell::text(&work.org.schema.namespace));
    }
    let profile = set.profile.and_then(|profile| {
        work.world.rows.living("Profile").find(|row| row.text("Name") == Some(profile)).map(|row| row.id)
    });
    row.set("ProfileId", profile.map_or(Cell::Null, Cell::Reference));
    for (permission, _) in SYSTEM_PERMISSIONS {
        row.set(&format!("Permissions{permission}"), Cell::Flag(set.grants.may(permission)));
    }
    put(work, PERMISSION_SET, row);
}

fn object_permissions(id: RecordId, set: RecordId, object: &str, held: ObjectRights) -> Row {
    let mut row = Row::new(id);
    row.set("ParentId", Cell::Reference(set));
    row.set("SobjectType", Cell::text(object));
    for (permission, is_held) in [
        ("Create", held.create),
        ("Read", held.read),
        ("Edit", held.edit),
        ("Delete", held.delete),
        ("ViewAllRecords", held.view_all),
        ("ModifyAllRecords", held.modify_all),
    ] {
        row.set(&format!("Permissions{permission}"), Cell::Flag(is_held));
    }
    row
}

fn put(work: &mut Work, object: &str, mut row: Row) {
    stamp(&mut row, work.user, work.now);
    work.world.rows.put(object, row);
}

/// Chatter, files and what belongs to Setup are governed otherwise.
fn has_permissions(object: &ObjectType) -> bool {
    let standard = matches!(object.name.as_str(), "Account" | "Case" | "Contact");
    standard || object.custom && matches!(object.nature, Nature::Records | Nature::Event)
}
