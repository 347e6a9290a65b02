//! `POST /__sim/sessions/expire {user?}`: the next call with such a token gets a 401, on every route.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;
use crate::start::user_named;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    #[serde(default)]
    user: Option<String>,
}

pub async fn expire(State(org): State<Arc<Org>>, whose: Option<Json<Whose>>) -> Response {
    let Whose { user } = whose.map(|Json(whose)| whose).unwrap_or_default();
    let user = match user.as_deref() {
        None | Some("all") => None,
        Some(name) => match user_named(org.seeded(), name) {
            Some(user) => Some(user),
            None => return cannot(format!("There is no user {name}.")),
        },
    };
    let expired = org.world().sessions.expire(user);
    ok(json!({ "expired": expired }))
}
