//! `/__sim/records/{object}`: every row, deleted ones too; and rows made or changed by somebody inside the Org, as a Flow
//! or Setup would.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{cannot, ok};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::insert_row::insert_row;
use crate::rows::read_fields::{no_such_column, read_cell};
use crate::rows::system_fields::stamp;
use crate::seed::people::{ADMIN, user_id};
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

/// `POST /__sim/records/{object}/{id} {field: value, …}`: no rights are asked for, so that a user can be deactivated.
pub async fn change(
    State(org): State<Arc<Org>>,
    Path((object, id)): Path<(String, String)>,
    Json(fields): Json<Map<String, Value>>,
) -> Response {
    let changed = org.work(user_id(ADMIN), |work| {
        let object = work.object(&object)?;
        let id = RecordId::parse(&id).ok_or_else(|| Refused::no_such_record(&id))?;
        let mut cells = Vec::new();
        for (name, value) in &fields {
            let field = object.field(name).ok_or_else(|| no_such_column(object, name))?;
            cells.push((field.name.clone(), read_cell(field, value)?));
        }
        let now = work.now;
        let row = work.world.rows.row_mut(&object.name, id).ok_or_else(|| Refused::no_such_record(&id.to_string()))?;
        for (name, cell) in cells {
            row.set(&name, cell);
        }
        stamp(row, user_id(ADMIN), now);
        Ok(())
    });
    match changed {
        Ok(()) => ok(json!({ "id": id })),
        Err(Refused { code, message, .. }) => cannot(format!("{code}: {message}")),
    }
}
