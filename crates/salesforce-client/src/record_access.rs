//! May this user see these records?
//!
//! Format: `UserRecordAccess`, at most 200 record ids a query. Rows the integration user cannot read are missing, and
//! restriction rules are not honoured: no row means no access, a row is not yet a yes to everything.

use serde::Deserialize;

use crate::{connection::OrgConnection, error::OrgError, record_id::RecordId, soql};

const MOST_IDS: usize = 200;

/// One user's access to one record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RecordAccess {
    /// The record.
    #[serde(rename = "RecordId")]
    pub record_id: RecordId,
    /// May read it.
    #[serde(rename = "HasReadAccess")]
    pub has_read: bool,
    /// May change it.
    #[serde(rename = "HasEditAccess")]
    pub has_edit: bool,
    /// `None`, `Read`, `Edit`, `Delete`, `Transfer` or `All`.
    #[serde(rename = "MaxAccessLevel")]
    pub max_level: String,
}

impl OrgConnection {
    /// Asks for a user's access to records; a record without an answer is one the user may not see. One query for each
    /// 200 ids.
    pub async fn user_record_access(
        &self,
        user_id: &RecordId,
        record_ids: &[RecordId],
    ) -> Result<Vec<RecordAccess>, OrgError> {
        let mut rows = Vec::with_capacity(record_ids.len());
        for ids in record_ids.chunks(MOST_IDS) {
            let soql = format!(
                "SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess \
                 WHERE UserId = {} AND RecordId IN {}",
                soql::text(user_id.as_str()),
                soql::ids(ids)
            );
            rows.extend(self.query_as::<RecordAccess>(&soql).await?);
        }
        Ok(rows)
    }
}
