//! Our nouns as Salesforce records. Metadata only: never content, never a secret.

use secure_files::{FileRequestState, MailState, Progress, SecureFileState, Timestamp};
use serde_json::{Value, json};

use crate::store::StoreError;
use crate::store::file_requests::FileRequestRow;
use crate::store::secure_files::SecureFileRow;

pub const FILE_REQUEST: &str = "FileRequest__c";
pub const SECURE_FILE: &str = "SecureFile__c";
pub const CASE_FILE_EVENT: &str = "CaseFileEvent__e";
pub const EXTERNAL_ID: &str = "ExternalId__c";
/// A lookup of both objects.
pub const CASE: &str = "Case__c";

/// As Salesforce writes moments: `2026-11-21T16:18:12.000Z`.
pub fn date_time(millis: i64) -> String {
    crate::api::rfc3339(Timestamp::from_millis(millis))
}

fn date(millis: i64) -> String {
    date_time(millis)[..10].to_owned()
}

/// What a request is in a glance.
pub fn progress_of(
    request: &FileRequestRow,
    mail_state: Option<&str>,
    is_receiving: bool,
) -> Result<Progress, StoreError> {
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    let mail: Option<MailState> =
        mail_state.map(str::parse).transpose().map_err(|()| StoreError::Unreadable("mails.state"))?;
    Ok(Progress::of(state, mail, request.opened_at.is_some(), is_receiving))
}

pub fn file_request(
    request: &FileRequestRow,
    progress: Progress,
    sent_at: Option<i64>,
    files_received: usize,
) -> Value {
    json!({
        "Case__c": request.case_id,
        "State__c": progress.picklist_value(),
        "RecipientEmail__c": request.recipient_email,
        "RecipientName__c": request.recipient_name,
        "Language__c": request.language,
        "Message__c": request.message,
        "Needed__c": request.needed,
        "DueDate__c": request.due_on,
        "ExpiresAt__c": date_time(request.expires_at),
        "SentAt__c": sent_at.map(date_time),
        "OpenedAt__c": request.opened_at.map(date_time),
        "ClosedAt__c": request.closed_at.map(date_time),
        "RequestedBy__c": request.created_by_user_id,
        "FilesReceived__c": files_received,
    })
}

pub fn secure_file(file: &SecureFileRow, request_salesforce_id: Option<&str>) -> Result<Value, StoreError> {
    let scan = file.scan_outcome()?.verdict;
    let state = match file.state.parse() {
        Ok(SecureFileState::Held) => "Held",
        Ok(SecureFileState::Erased) => "Erased",
        Err(()) => return Err(StoreError::Unreadable("secure_files.state")),
    };
    Ok(json!({
        "Case__c": file.case_id,
        "FileRequest__c": request_salesforce_id,
        "FileName__c": file.file_name,
        "SizeBytes__c": file.size_bytes,
        "ContentType__c": file.content_type,
        "Sha256__c": file.plaintext_sha256,
        "SenderName__c": file.sender_name,
        "SenderEmail__c": file.sender_email,
        "ReceivedAt__c": date_time(file.received_at),
        "KeptUntil__c": date(file.kept_until),
        "ScanState__c": scan.picklist_value(),
        "State__c": state,
    }))
}

pub fn case_file_event(case_id: &str, kind: &str, external_id: &str) -> Value {
    json!({ "CaseId__c": case_id, "Kind__c": kind, "ExternalId__c": external_id })
}

/// The feed post of a file. The reference makes it recognisable when its creation's answer was lost.
pub fn feed_post(file: &SecureFileRow) -> Value {
    json!({
        "ParentId": file.case_id,
        "Type": "TextPost",
        "Body": format!(
            "File received: {} ({} bytes) from {}. {}",
            file.file_name, file.size_bytes, file.sender_name, feed_reference(file)
        ),
    })
}

pub fn feed_reference(file: &SecureFileRow) -> String {
    format!("[casegate {}]", file.id)
}
