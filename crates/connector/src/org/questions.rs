//! What we ask an Org about: a Case's number, a user's name, a post that may stand in a feed already.

use std::time::Duration;

use salesforce_client::{OrgError, Record};
use secure_files::{CaseId, UserId};

use super::{Org, records};
use crate::store::secure_files::SecureFileRow;

/// What is nice to know must not keep a person waiting.
const NICE_TO_KNOW_WITHIN: Duration = Duration::from_secs(3);

/// An Org's stamps are by its own clock, and of whole seconds.
const CLOCKS_DIFFER_BY: Duration = Duration::from_hours(24);

impl Org {
    /// The Case's number and the user's name; `None` for what the Org does not tell now.
    pub async fn case_number_and_user_name(&self, case: &CaseId, user: &UserId) -> (Option<String>, Option<String>) {
        let cases = format!("SELECT CaseNumber FROM Case WHERE Id = '{case}'");
        let users = format!("SELECT Name FROM User WHERE Id = '{user}'");
        let asked = async { tokio::join!(self.connection.query(&cases), self.connection.query(&users)) };
        let Ok((cases, users)) = tokio::time::timeout(NICE_TO_KNOW_WITHIN, asked).await else { return (None, None) };
        let first = |rows: Result<Vec<Record>, _>, field: &str| text(rows.ok()?.first()?, field);
        (first(cases, "CaseNumber"), first(users, "Name"))
    }

    /// The feed post of a file, if an earlier attempt has made it.
    pub async fn find_feed_post(&self, file: &SecureFileRow) -> Result<Option<String>, OrgError> {
        let tolerated = i64::try_from(CLOCKS_DIFFER_BY.as_millis()).unwrap_or_default();
        let since = records::date_time(file.received_at - tolerated);
        // SOQL does not filter by a body: it is a long text.
        let soql = format!(
            "SELECT Id, Body FROM FeedItem WHERE ParentId = '{}' AND CreatedDate >= {since} ORDER BY Id",
            file.case_id
        );
        let reference = records::feed_reference(file);
        let rows = self.connection.query(&soql).await?;
        let post = rows.iter().find(|row| text(row, "Body").is_some_and(|body| body.contains(&reference)));
        Ok(post.and_then(|row| text(row, "Id")))
    }
}

fn text(row: &Record, field: &str) -> Option<String> {
    row.get(field)?.as_str().map(str::to_owned)
}
