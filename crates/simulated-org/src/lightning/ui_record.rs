//! `GET /org/ui-api/records/{id}?fields=Case.CaseNumber,…`: one record in the UI API's shape, as the visitor sees it.
//!
//! Format: User Interface API, Record representation. Instants end in `Z` here, unlike the REST API's `+0000`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Chosen, Visitor};
use crate::cell::Cell;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rest::http::json_response;
use crate::rows::Row;
use crate::schema::ObjectType;
use crate::soql::check::{Place, resolve};
use crate::soql::filter::{parent, value};
use crate::soql::syntax::Path as FieldPath;
use crate::work::Work;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wanted {
    #[serde(default)]
    fields: String,
    /// Left out where the user may not see them.
    #[serde(default)]
    optional_fields: String,
}

pub async fn show(
    State(org): State<Arc<Org>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let Some(visitor) = Visitor::of(&org, &Chosen::default(), &headers) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match org.work(visitor.user, |work| record(work, &id, &wanted)) {
        Ok(record) => json_response(StatusCode::OK, &record),
        Err(refused) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            json_response(status, &refused.body())
        }
    }
}

fn record(work: &Work, id: &str, wanted: &Wanted) -> Result<Value, Refused> {
    let id = RecordId::parse(id).ok_or_else(Refused::not_found)?;
    let object = work.org.schema.object_with_prefix(id.prefix()).ok_or_else(Refused::not_found)?;
    let object = work.object(&object.name)?;
    let row = work.readable_row(object, id, &id.to_string()).map_err(|_| Refused::not_found())?;
    let mut places = Vec::new();
    for name in wanted.fields.split(',').filter(|name| !name.is_empty()) {
        places.push(place(work, object, name)?);
    }
    let optional = wanted.optional_fields.split(',').filter(|name| !name.is_empty());
    places.extend(optional.filter_map(|name| place(work, object, name).ok()));
    let mut whole = node(object, row);
    for place in &places {
        put(work, &mut whole, row, place);
    }
    Ok(whole)
}

fn place<'a>(work: &Work<'a>, object: &'a ObjectType, name: &str) -> Result<Place<'a>, Refused> {
    let parts: Vec<String> = name.trim().split('.').map(str::to_owned).collect();
    if !parts[0].eq_ignore_ascii_case(&object.name) || parts.len() < 2 {
        return Err(Refused::bad("INVALID_FIELD", format!("{name} does not start with {}", object.name)));
    }
    resolve(work, name, object, &FieldPath { parts: parts[1..].to_vec(), at: 0 })
}

fn node(object: &ObjectType, row: &Row) -> Value {
    json!({
        "apiName": object.name,
        "childRelationships": {},
        "fields": {},
        "id": row.id.to_string(),
        "lastModifiedById": row.reference("LastModifiedById").map(|id| id.to_string()),
        "lastModifiedDate": instant(row.cell("LastModifiedDate")),
        "recordTypeId": null,
        "recordTypeInfo": null,
        "systemModstamp": instant(row.cell("SystemModstamp")),
    })
}

/// Puts one field where its path leads, making the parents' nodes on the way.
fn put(work: &Work, whole: &mut Value, row: &Row, place: &Place) {
    let mut at = whole;
    let mut holder = row;
    for hop in &place.hops {
        let fields = &mut at["fields"];
        let above = holder.reference(&hop.field.name).and_then(|id| parent(work, id));
        let kind = above.and_then(|above| work.org.schema.object_with_prefix(above.id.prefix()));
        let (Some(above), Some(kind)) = (above, kind) else {
            fields[hop.name] = json!({ "displayValue": null, "value": null });
            return;
        };
        if fields.get(hop.name).is_none() {
            let name = above.text("Name").or_else(|| above.text("CaseNumber"));
            fields[hop.name] = json!({ "displayValue": name, "value": node(kind, above) });
        }
        at = &mut fields[hop.name]["value"];
        holder = above;
    }
    let cell = value(work, row, place);
    let shown = match &cell {
        Cell::Moment(_) => instant(&cell),
        other => other.to_json(&place.field.kind),
    };
    let entry = Map::from_iter([("displayValue".to_owned(), Value::Null), ("value".to_owned(), shown)]);
    at["fields"][place.field.name.as_str()] = Value::Object(entry);
}

fn instant(cell: &Cell) -> Value {
    let Cell::Moment(epoch_ms) = cell else { return Value::Null };
    json!(crate::cell::show_moment(*epoch_ms).replace("+0000", "Z"))
}
