//! `PATCH sobjects/T/Ext/value`: 201 or 200 with `created`, 300 when several rows match.

use serde_json::{Value, json};

use super::{Answer, Call, record_url};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::update_row::update_row;
use crate::rows::upsert_row::{Upserted, external_key, upsert_row};
use crate::schema::ObjectType;
use crate::shape::Shape;
use crate::work::Work;

pub fn upsert_record(
    work: &mut Work,
    object: &ObjectType,
    key: &str,
    value: &str,
    call: &Call,
) -> Result<Answer, Refused> {
    if key.eq_ignore_ascii_case("Id") {
        update_row(work, object, super::record_id(object, value)?, call.record()?)?;
        return Ok(Answer::empty());
    }
    let key = external_key(object, key)?;
    let update_only = call.option("updateOnly") == Some("true");
    match upsert_row(work, object, key, value, call.record()?, update_only)? {
        Upserted::Created(id) => {
            let location = Some(record_url(call.version, object, id));
            Ok(Answer { status: 201, location, body: Some(outcome(id, true)) })
        }
        // Before v46 an update answered 204 with nothing.
        Upserted::Changed(_) if call.version < 46 => Ok(Answer::empty()),
        Upserted::Changed(id) => Ok(Answer::ok(outcome(id, false))),
        Upserted::Several(ids) => Ok(choices(object, &ids, call.version)),
    }
}

fn outcome(id: RecordId, created: bool) -> Shape {
    Shape::of([
        ("id", Shape::Plain(json!(id.to_string()))),
        ("success", Shape::Plain(json!(true))),
        ("errors", Shape::List(Vec::new())),
        ("created", Shape::Plain(json!(created))),
    ])
}

/// The 300 body is no error array: it lists the URLs to choose from.
pub fn choices(object: &ObjectType, ids: &[RecordId], version: u16) -> Answer {
    let urls: Value = ids.iter().map(|id| json!(record_url(version, object, *id))).collect();
    Answer { status: 300, location: None, body: Some(Shape::Plain(urls)) }
}
