//! What happened in an Org without us: requests that somebody else inserted, Cases that were merged or deleted.
//!
//! Looks that nobody waits for are background work: they slow down when the Org runs short of calls. What follows from
//! one that found something is not.

use salesforce_client::{OrgConnection, OrgError, Record};
use secure_files::{CaseId, UserId};
use serde_json::{Value, json};

use super::{Org, records};

/// One look takes no more; the rest comes with the next.
const REQUESTS_AT_ONCE: usize = 200;
/// Ids in one `IN (…)`.
const IDS_AT_ONCE: usize = 200;

/// A `FileRequest__c` in state *Requested* that nobody has claimed.
#[derive(Clone, Debug)]
pub struct RequestedFiles {
    pub record_id: String,
    /// `None`: it names no Case, so there is nowhere to put files.
    pub case: Option<CaseId>,
    pub case_number: String,
    /// Of the record, else of the Case's contact, else as the customer supplied it. Empty: nobody knows one. Read from
    /// fields of the Case alone: the integration user need not see contacts.
    pub recipient_email: String,
    pub recipient_name: String,
    pub contact_id: Option<String>,
    pub language: String,
    pub needed: String,
    pub message: String,
    /// `YYYY-MM-DD`.
    pub due_on: Option<String>,
    pub user: Option<UserId>,
    pub user_name: String,
}

/// A Case in the recycle bin.
#[derive(Clone, Debug)]
pub struct LostCase {
    pub case: CaseId,
    /// The Case it was merged into; `None` when it was deleted.
    pub survivor: Option<CaseId>,
    /// The Org's own stamp, epoch milliseconds.
    pub stamped_at: i64,
}

impl Org {
    /// Requests that wait to be claimed, the oldest first: a look in the background.
    pub async fn requested_files(&self) -> Result<Vec<RequestedFiles>, OrgError> {
        let soql = format!(
            "SELECT Id, Case__c, Case__r.CaseNumber, Case__r.SuppliedEmail, Case__r.SuppliedName, Case__r.ContactId, \
             Case__r.ContactEmail, RecipientEmail__c, RecipientName__c, Language__c, Needed__c, Message__c, \
             DueDate__c, RequestedBy__c, RequestedBy__r.Name, CreatedById, CreatedBy.Name FROM {} \
             WHERE State__c = 'Requested' AND ExternalId__c = null ORDER BY CreatedDate, Id LIMIT {REQUESTS_AT_ONCE}",
            records::FILE_REQUEST
        );
        let rows = self.connection.background().query(&soql).await?;
        Ok(rows.into_iter().filter_map(requested).collect())
    }

    /// Says on the record itself that nothing can be sent: there is no Case whose panel could.
    pub async fn decline_request(&self, record_id: &str) -> Result<(), OrgError> {
        let Ok(id) = salesforce_client::RecordId::parse(record_id) else { return Ok(()) };
        self.connection.update(records::FILE_REQUEST, &id, &json!({ "State__c": "Undelivered" })).await
    }

    /// Cases that went to the recycle bin since `since`, in that order: a look in the background.
    pub async fn lost_cases(&self, since: i64) -> Result<Vec<LostCase>, OrgError> {
        let soql = format!(
            "SELECT Id, MasterRecordId, SystemModstamp FROM Case WHERE IsDeleted = true AND SystemModstamp >= {} \
             ORDER BY SystemModstamp, Id",
            records::date_time(since)
        );
        let rows = self.connection.background().query_with_deleted(&soql).await?;
        Ok(rows.into_iter().filter_map(lost).collect())
    }

    /// The Case's number, if the Case is there.
    pub async fn present_case(&self, case: &CaseId) -> Result<Option<String>, OrgError> {
        let present = present_cases(&self.connection, std::slice::from_ref(case)).await?;
        Ok(present.into_iter().next().map(|(_, number)| number))
    }

    /// Those of the Cases that have come back: a look in the background.
    pub async fn restored_cases(&self, cases: &[CaseId]) -> Result<Vec<CaseId>, OrgError> {
        let connection = self.connection.background();
        Ok(present_cases(&connection, cases).await?.into_iter().map(|(case, _)| case).collect())
    }
}

async fn present_cases(connection: &OrgConnection, cases: &[CaseId]) -> Result<Vec<(CaseId, String)>, OrgError> {
    let mut present = Vec::new();
    for cases in cases.chunks(IDS_AT_ONCE) {
        let ids: Vec<String> = cases.iter().map(|case| format!("'{case}'")).collect();
        let soql = format!("SELECT Id, CaseNumber FROM Case WHERE Id IN ({})", ids.join(", "));
        let rows = connection.query(&soql).await?;
        present.extend(rows.iter().filter_map(|row| {
            let row = Value::Object(row.clone());
            Some((CaseId::parse(&text(&row, "/Id")?).ok()?, text(&row, "/CaseNumber").unwrap_or_default()))
        }));
    }
    Ok(present)
}

fn requested(row: Record) -> Option<RequestedFiles> {
    let row = Value::Object(row);
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(&row, path)).unwrap_or_default();
    Some(RequestedFiles {
        record_id: text(&row, "/Id")?,
        case: text(&row, "/Case__c").and_then(|id| CaseId::parse(&id).ok()),
        case_number: first(&["/Case__r/CaseNumber"]),
        recipient_email: first(&["/RecipientEmail__c", "/Case__r/ContactEmail", "/Case__r/SuppliedEmail"]),
        recipient_name: first(&["/RecipientName__c", "/Case__r/SuppliedName"]),
        contact_id: text(&row, "/Case__r/ContactId"),
        language: first(&["/Language__c"]),
        needed: first(&["/Needed__c"]),
        message: first(&["/Message__c"]),
        due_on: text(&row, "/DueDate__c"),
        user: text(&row, "/RequestedBy__c")
            .or_else(|| text(&row, "/CreatedById"))
            .and_then(|id| UserId::parse(&id).ok()),
        user_name: first(&["/RequestedBy__r/Name", "/CreatedBy/Name"]),
    })
}

fn lost(row: Record) -> Option<LostCase> {
    let row = Value::Object(row);
    Some(LostCase {
        case: CaseId::parse(&text(&row, "/Id")?).ok()?,
        survivor: text(&row, "/MasterRecordId").and_then(|id| CaseId::parse(&id).ok()),
        stamped_at: moment(&text(&row, "/SystemModstamp")?)?,
    })
}

/// As an Org writes it: `2026-11-21T16:18:12.000+0000`.
fn moment(text: &str) -> Option<i64> {
    let at = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()?;
    Some(at.as_millisecond())
}

fn text(row: &Value, path: &str) -> Option<String> {
    row.pointer(path)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_as_an_org_writes_them() {
        assert_eq!(moment("2026-11-21T16:18:12.000+0000"), Some(1_795_277_892_000));
        assert_eq!(moment("2026-11-21T17:18:12.250+0100"), Some(1_795_277_892_250));
        assert_eq!(moment("yesterday"), None);
    }
}
