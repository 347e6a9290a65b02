//! `POST /__sim/users/{user}/deactivate` and `…/activate`: somebody leaves, or comes back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::{cannot, ok};
use crate::cell::Cell;
use crate::org::Org;
use crate::rows::system_fields::stamp;
use crate::seed::people::{ADMIN, user_id};
use crate::start::user_named;

/// Ends the user's sessions and browser logins too; refresh tokens stay, and are refused while this lasts.
pub async fn deactivate(State(org): State<Arc<Org>>, Path(user): Path<String>) -> Response {
    set(&org, &user, false)
}

pub async fn activate(State(org): State<Arc<Org>>, Path(user): Path<String>) -> Response {
    set(&org, &user, true)
}

fn set(org: &Org, name: &str, active: bool) -> Response {
    let Some(user) = user_named(org.seeded(), name) else { return cannot(format!("There is no user {name}.")) };
    let known = org.work(user_id(ADMIN), |work| {
        let Some(row) = work.world.rows.row_mut("User", user) else { return false };
        row.set("IsActive", Cell::Flag(active));
        stamp(row, user_id(ADMIN), work.now);
        if !active {
            work.world.sessions.expire(Some(user));
            work.world.authorizations.close_browsers(user);
        }
        true
    });
    if known { ok(json!({ "user": user.to_string(), "active": active })) } else { cannot("There is no such user.") }
}
