//! `GET sobjects`: every object this user has a right on.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::schema::describe;
use crate::shape::Shape;
use crate::work::Work;

pub fn list_objects(work: &Work, call: &Call) -> Answer {
    let visible = work.org.schema.objects().filter(|object| work.object(&object.name).is_ok());
    let listed: Value =
        visible.map(|object| describe::summary(object, work.grants().on(&object.name), call.version)).collect();
    Answer::ok(Shape::of([
        ("encoding", Shape::Plain(json!("UTF-8"))),
        ("maxBatchSize", Shape::Plain(json!(200))),
        ("sobjects", Shape::Plain(listed)),
    ]))
}
