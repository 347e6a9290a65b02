//! `DELETE sobjects/T/id`.

use super::Answer;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::delete_row::delete_row;
use crate::schema::ObjectType;
use crate::work::Work;

pub fn delete_record(work: &mut Work, object: &ObjectType, id: RecordId) -> Result<Answer, Refused> {
    delete_row(work, object, id)?;
    Ok(Answer::empty())
}
