//! Which user reaches which record: object rights, then ownership, sharing rows and the parent.
//!
//! No roles, no territories, no restriction rules: docs/salesforce-divergences.md says so.

use crate::org::Org;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::schema::permission_set::ObjectRights;
use crate::schema::{ObjectType, Sharing};
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    None,
    Read,
    Edit,
    All,
}

impl Reach {
    /// `MaxAccessLevel` of UserRecordAccess.
    pub fn level(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Read => "Read",
            Self::Edit => "Edit",
            Self::All => "All",
        }
    }
}

pub fn reach(org: &Org, world: &World, user: RecordId, object: &ObjectType, row: &Row) -> Reach {
    reach_with(org.grants(user).on(&object.name), org, world, user, object, row)
}

/// The same for many rows of one object, whose rights were looked up once.
pub fn reach_with(
    rights: ObjectRights,
    org: &Org,
    world: &World,
    user: RecordId,
    object: &ObjectType,
    row: &Row,
) -> Reach {
    if rights.modify_all {
        return Reach::All;
    }
    if !rights.read {
        return Reach::None;
    }
    let by_file = crate::files::reach::reach(org, world, user, &object.name, row);
    let by_record = by_file.unwrap_or_else(|| match object.sharing {
        Sharing::ReadWrite => Reach::Edit,
        Sharing::ReadOnly => Reach::Read,
        Sharing::Private => world.shares.get(&(row.id, user)).copied().unwrap_or(Reach::None),
        Sharing::WithParent(field) => reach_of_parent(org, world, user, row.reference(field)),
    });
    let by_owner = if row.reference("OwnerId") == Some(user) { Reach::All } else { Reach::None };
    let by_view_all = if rights.view_all { Reach::Read } else { Reach::None };
    let widest = by_record.max(by_owner).max(by_view_all);
    // Object rights cap what a record's sharing offers.
    match (rights.edit, rights.delete) {
        (false, _) => widest.min(Reach::Read),
        (true, false) => widest.min(Reach::Edit),
        (true, true) => widest,
    }
}

pub fn reach_of_parent(org: &Org, world: &World, user: RecordId, parent: Option<RecordId>) -> Reach {
    let Some(parent) = parent else { return Reach::None };
    let Some(object) = org.schema.object_with_prefix(parent.prefix()) else { return Reach::None };
    let Some(row) = world.rows.row(&object.name, parent) else { return Reach::None };
    reach(org, world, user, object, row)
}
