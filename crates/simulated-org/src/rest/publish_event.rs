//! `POST sobjects/X__e`: accepted with a non-empty `errors`, delivered when the request has committed.
//!
//! Format: Platform Events Developer Guide, "Publish Event Messages with Salesforce APIs".

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Answer;
use crate::randomness;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::read_fields::{Purpose, read_body};
use crate::schema::ObjectType;
use crate::shape::Shape;
use crate::work::Work;

/// What the publisher gets back: an id that names nothing, and a receipt.
pub struct Receipt {
    pub id: RecordId,
    pub uuid: String,
}

pub fn publish_event(work: &mut Work, object: &ObjectType, body: &Map<String, Value>) -> Result<Receipt, Refused> {
    if !work.grants().on(&object.name).create {
        let message = format!("insufficient access rights to create {}", object.label);
        return Err(Refused::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message));
    }
    let object = work.object(&object.name)?;
    let cells = read_body(work, object, body, Purpose::Create)?;
    let mut payload = Map::new();
    // Events write moments otherwise than records do: `2017-04-09T18:31:40.517Z`.
    let published = Timestamp::from_millisecond(work.now).unwrap_or(Timestamp::UNIX_EPOCH);
    payload.insert("CreatedDate".to_owned(), json!(format!("{published:.3}")));
    payload.insert("CreatedById".to_owned(), json!(work.user.to_string()));
    for field in object.fields.iter().filter(|field| field.custom) {
        let cell = cells.iter().find(|(sent, _)| sent.name == field.name).map(|(_, cell)| cell);
        if field.required && cell.is_none() {
            let message = format!("Required fields are missing: [{}]", field.name);
            return Err(Refused::bad("REQUIRED_FIELD_MISSING", message).field(&field.name));
        }
        payload.insert(field.name.clone(), cell.map_or(Value::Null, |cell| cell.to_json(&field.kind)));
    }
    work.world.events_published += 1;
    let uuid = randomness::uuid();
    work.world.unsent_events.push(json!({
        "channel": format!("/event/{}", object.name),
        "data": {
            "schema": object.name,
            "payload": payload,
            "event": { "replayId": work.world.events_published, "EventUuid": uuid },
        },
    }));
    // All events of a kind share an id: it identifies nothing.
    Ok(Receipt { id: RecordId::numbered(&object.key_prefix, 1), uuid })
}

pub fn answer(receipt: Receipt) -> Answer {
    let enqueued = json!({ "statusCode": "OPERATION_ENQUEUED", "message": receipt.uuid, "fields": [] });
    let body = Shape::of([
        ("id", Shape::Plain(json!(receipt.id.to_string()))),
        ("success", Shape::Plain(json!(true))),
        ("errors", Shape::List(vec![Shape::Plain(enqueued)])),
    ]);
    Answer { status: 201, location: None, body: Some(body) }
}
