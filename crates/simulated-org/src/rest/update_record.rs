//! `PATCH sobjects/T/id`.

use super::{Answer, Call};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::update_row::update_row;
use crate::schema::ObjectType;
use crate::work::Work;

pub fn update_record(work: &mut Work, object: &ObjectType, id: RecordId, call: &Call) -> Result<Answer, Refused> {
    update_row(work, object, id, call.record()?)?;
    Ok(Answer::empty())
}
