//! `POST /__sim/apps/{app}/approve {user}` and `…/revoke-approval {user}`: who may use an app, changed under way.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::oauth::app::{App, PermittedUsers};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::start::user_named;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    user: String,
}

/// Pre-authorises the user, or consents for them where users do that themselves.
pub async fn approve(State(org): State<Arc<Org>>, Path(nickname): Path<String>, Json(whose): Json<Whose>) -> Response {
    alter(&org, &nickname, &whose, |app, world, user| {
        app.pre_authorise(user);
        if matches!(app.permitted_users, PermittedUsers::SelfAuthorised) {
            world.authorizations.approve(app, user);
        }
    })
}

/// Takes it back. Tokens that the app holds for the user end, as when an admin revokes them in Setup.
pub async fn revoke(State(org): State<Arc<Org>>, Path(nickname): Path<String>, Json(whose): Json<Whose>) -> Response {
    alter(&org, &nickname, &whose, |app, world, user| {
        if let PermittedUsers::AdminApproved { users, .. } = &mut app.permitted_users {
            users.remove(&user);
            app.withdrawn_users.insert(user);
        }
        world.authorizations.forget_approval(app, user);
        world.authorizations.refresh_tokens.end_between(&app.consumer_key, user);
        world.sessions.expire_between(&app.consumer_key, user);
    })
}

fn alter(org: &Org, nickname: &str, whose: &Whose, change: impl FnOnce(&mut App, &mut World, RecordId)) -> Response {
    let Some(user) = user_named(org.seeded(), &whose.user) else { return cannot("There is no such user.") };
    let altered = org.apps.alter(nickname, |app| change(app, &mut org.world(), user));
    match altered {
        Some(()) => ok(json!({ "user": user.to_string() })),
        None => cannot(format!("There is no app {nickname}.")),
    }
}
