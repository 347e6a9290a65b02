//! `POST /__sim/records/{object}/many`: fills the Org with rows of one kind, `{n}` counting from 1, lists in turn.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{cannot, ok};
use crate::org::Org;
use crate::rows::load_rows::load_rows;
use crate::start::user_named;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManyRows {
    /// Who makes them; their rights count.
    user: String,
    count: u64,
    fields: Map<String, Value>,
}

pub async fn load(State(org): State<Arc<Org>>, Path(object): Path<String>, Json(rows): Json<ManyRows>) -> Response {
    let Some(user) = user_named(org.seeded(), &rows.user) else { return cannot("There is no such user.") };
    let made = org.work(user, |work| {
        let object = work.object(&object)?;
        load_rows(work, object, rows.count, &rows.fields)
    });
    match made {
        Ok(first) => ok(json!({ "first": first.to_string(), "count": rows.count })),
        Err(refused) => cannot(format!("{}: {}", refused.code, refused.message)),
    }
}
