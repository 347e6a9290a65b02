//! `/__sim/records/{object}`: every row, deleted ones too; and rows made by somebody inside the Org, as a Flow would.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{cannot, ok};
use crate::org::Org;
use crate::rows::insert_row::insert_row;
use crate::start::{self, user_named};

pub async fn list(State(org): State<Arc<Org>>, Path(object): Path<String>) -> Response {
    if org.schema.object(&object).is_none() {
        return cannot(format!("There is no object {object}."));
    }
    ok(start::records(&org, &object))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRow {
    /// Who makes it; their rights count.
    user: String,
    fields: Map<String, Value>,
}

pub async fn create(State(org): State<Arc<Org>>, Path(object): Path<String>, Json(row): Json<NewRow>) -> Response {
    let Some(user) = user_named(org.seeded(), &row.user) else { return cannot("There is no such user.") };
    let made = org.work(user, |work| {
        let object = work.object(&object)?;
        insert_row(work, object, &row.fields)
    });
    match made {
        Ok(id) => ok(json!({ "id": id.to_string() })),
        Err(refused) => cannot(format!("{}: {}", refused.code, refused.message)),
    }
}
