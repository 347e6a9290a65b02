//! `POST sobjects/T`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Answer, Call, record_url};
use crate::files::content::Content;
use crate::refused::Refused;
use crate::rows::insert_row::insert_with_content;
use crate::schema::ObjectType;
use crate::shape::Shape;
use crate::work::Work;

pub fn create_record(work: &mut Work, object: &ObjectType, call: &Call) -> Result<Answer, Refused> {
    create(work, object, call.version, call.record()?, None)
}

/// `content` is the file of a multipart request and the field that it is for.
pub fn create(
    work: &mut Work,
    object: &ObjectType,
    version: u16,
    record: &Map<String, Value>,
    content: Option<(String, Arc<Content>)>,
) -> Result<Answer, Refused> {
    let id = insert_with_content(work, object, record, content)?;
    let body = Shape::of([
        ("id", Shape::Plain(json!(id.to_string()))),
        ("success", Shape::Plain(json!(true))),
        ("errors", Shape::List(Vec::new())),
    ]);
    Ok(Answer { status: 201, location: Some(record_url(version, object, id)), body: Some(body) })
}
