//! May this user have a session through this app, now and from there?

use std::net::IpAddr;

use super::app::{App, PermittedUsers};
use super::{Denied, user};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::schema::permission_objects::{ASSIGNMENT, PERMISSION_SET};
use crate::world::World;

/// Everything a token needs: an active user, permitted to use the app, calling from a trusted address, not too often.
pub fn admit(org: &Org, world: &mut World, app: &App, user: RecordId, peer: Option<IpAddr>) -> Result<(), Denied> {
    if !user::active(world, user) {
        return Err(Denied::grant("inactive user"));
    }
    permit(world, app, user)?;
    let trusted = peer.is_none_or(|peer| app.ip_ranges.iter().any(|(first, last)| (*first..=*last).contains(&peer)));
    if !app.ip_ranges.is_empty() && !trusted {
        return Err(Denied::grant("ip restricted"));
    }
    if !world.authorizations.count_login(user, org.options.logins_per_hour, org.clock.now()) {
        return Err(Denied::new("rate_limit_exceeded", "login rate exceeded"));
    }
    Ok(())
}

/// The policy *Permitted Users*, and for self-authorised apps whether the user has done so.
pub fn permit(world: &World, app: &App, user: RecordId) -> Result<(), Denied> {
    if !is_admin_approved(world, app, user)? && !world.authorizations.has_approved(app, user) {
        return Err(Denied::grant("user hasn't approved this consumer"));
    }
    Ok(())
}

/// Whether an admin approved this user beforehand, so that no consent is asked. An error when only an admin could.
pub fn is_admin_approved(world: &World, app: &App, user: RecordId) -> Result<bool, Denied> {
    let PermittedUsers::AdminApproved { profiles, permission_sets, users } = &app.permitted_users else {
        return Ok(false);
    };
    let by_profile = user::profile(world, user).is_some_and(|name| profiles.iter().any(|known| known == name));
    let by_set = assigned_sets(world, user).any(|name| permission_sets.iter().any(|known| known == name));
    let approved = by_profile || by_set || users.contains(&user);
    if !approved || app.withdrawn_users.contains(&user) {
        return Err(Denied::new("invalid_app_access", "user is not admin approved to access this app"));
    }
    Ok(true)
}

fn assigned_sets(world: &World, user: RecordId) -> impl Iterator<Item = &str> {
    let assigned = world.rows.living(ASSIGNMENT).filter(move |row| row.reference("AssigneeId") == Some(user));
    let sets = assigned.filter_map(|row| world.rows.row(PERMISSION_SET, row.reference("PermissionSetId")?));
    sets.filter_map(|row| row.text("Name"))
}
