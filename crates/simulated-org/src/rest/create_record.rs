//! `POST sobjects/T`.

use serde_json::json;

use super::{Answer, Call, record_url};
use crate::refused::Refused;
use crate::rows::insert_row::insert_row;
use crate::schema::ObjectType;
use crate::shape::Shape;
use crate::work::Work;

pub fn create_record(work: &mut Work, object: &ObjectType, call: &Call) -> Result<Answer, Refused> {
    let id = insert_row(work, object, call.record()?)?;
    let body = Shape::of([
        ("id", Shape::Plain(json!(id.to_string()))),
        ("success", Shape::Plain(json!(true))),
        ("errors", Shape::List(Vec::new())),
    ]);
    Ok(Answer { status: 201, location: Some(record_url(call.version, object, id)), body: Some(body) })
}
