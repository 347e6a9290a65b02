//! The users of the Org as logging in sees them.

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::world::World;

/// The user with that name, active or not. Usernames compare without regard to case.
pub fn by_username<'a>(world: &'a World, username: &str) -> Option<&'a Row> {
    let mut users = world.rows.living("User");
    users.find(|row| row.text("Username").is_some_and(|known| known.eq_ignore_ascii_case(username)))
}

pub fn is_active(row: &Row) -> bool {
    row.cell("IsActive") == &Cell::Flag(true)
}

pub fn active(world: &World, user: RecordId) -> bool {
    world.rows.row("User", user).is_some_and(is_active)
}

/// The name of a user's profile.
pub fn profile(world: &World, user: RecordId) -> Option<&str> {
    let profile = world.rows.row("User", user)?.reference("ProfileId")?;
    world.rows.row("Profile", profile)?.text("Name")
}
