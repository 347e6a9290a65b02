//! Requests and files as the panel reads them.

use secure_files::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Problem, rfc3339};
use crate::org::records::progress_of;
use crate::store::file_requests::FileRequestRow;
use crate::store::secure_files::{self as files, SecureFileRow};
use crate::store::uploads::{self, UploadRow};
use crate::store::{Connection, StoreError, mails};

/// A file request, with everything that is live about it.
#[derive(Serialize, ToSchema)]
pub struct FileRequestView {
    pub id: String,
    pub case_id: String,
    /// `sending`, `sent`, `undelivered`, `uncertain`, `opened`, `uploading`, `fulfilled`, `revoked`, `expired`, `suspended`.
    pub progress: String,
    /// `open`, `fulfilled`, `revoked`, `expired`, `suspended`.
    pub state: String,
    pub recipient_name: String,
    pub recipient_email: String,
    pub language: String,
    pub message: String,
    pub needed: String,
    pub due_on: Option<String>,
    pub created_at: String,
    pub created_by_user_id: String,
    pub expires_at: String,
    pub opened_at: Option<String>,
    pub closed_at: Option<String>,
    /// `queued`, `sent`, `failed`, `unknown`.
    pub mail: String,
    pub uploads: Vec<UploadView>,
    pub files_received: usize,
}

/// An upload under way or arrived.
#[derive(Serialize, ToSchema)]
pub struct UploadView {
    pub id: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub offset_bytes: i64,
    /// 0 to 100.
    pub percent: i64,
    /// `receiving`, `checking`, `arrived`, `cancelled`.
    pub state: String,
    pub updated_at: String,
}

/// A sealed file.
#[derive(Serialize, ToSchema)]
pub struct SecureFileView {
    pub id: String,
    pub request_id: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub content_type: String,
    /// Lower-case hexadecimal, of the plaintext.
    pub sha256: String,
    pub sender_name: String,
    pub sender_email: String,
    pub received_at: String,
    pub kept_until: String,
    /// `not_scanned`, `clean`, `not_fully_scanned`, `infected`.
    pub scan: String,
    /// The scanner's name for what it found.
    pub scan_finding: Option<String>,
    /// Why it could not be fully checked.
    pub scan_gaps: Vec<String>,
    pub state: String,
    /// Its record stands in Salesforce.
    pub attached: bool,
}

fn moment(millis: i64) -> String {
    rfc3339(Timestamp::from_millis(millis))
}

/// What an upload is to people; cancelled and expired look the same.
pub fn upload_state(state: &str) -> &'static str {
    match state {
        "receiving" => "receiving",
        "frozen" => "checking",
        "sealed" => "arrived",
        _ => "cancelled",
    }
}

impl UploadView {
    pub fn of(upload: &UploadRow) -> Self {
        let percent = if upload.size_bytes == 0 { 100 } else { upload.offset_bytes * 100 / upload.size_bytes };
        Self {
            id: upload.id.clone(),
            file_name: upload.shown_name.clone(),
            size_bytes: upload.size_bytes,
            offset_bytes: upload.offset_bytes,
            percent,
            state: upload_state(&upload.state).to_owned(),
            updated_at: moment(upload.updated_at),
        }
    }
}

impl SecureFileView {
    pub fn of(file: &SecureFileRow) -> Self {
        Self {
            id: file.id.clone(),
            request_id: file.request_id.clone(),
            file_name: file.file_name.clone(),
            size_bytes: file.size_bytes,
            content_type: file.content_type.clone(),
            sha256: file.plaintext_sha256.clone(),
            sender_name: file.sender_name.clone(),
            sender_email: file.sender_email.clone(),
            received_at: moment(file.received_at),
            kept_until: moment(file.kept_until),
            scan: file.scan.clone(),
            scan_finding: file.scan_finding.clone(),
            scan_gaps: file.scan_gaps.split_whitespace().map(str::to_owned).collect(),
            state: file.state.clone(),
            attached: file.salesforce_id.is_some(),
        }
    }
}

/// What is live about a request: read together for the panel and for Salesforce.
pub struct LiveRequest {
    pub progress: secure_files::Progress,
    pub mail: Option<mails::MailRow>,
    pub uploads: Vec<UploadRow>,
    pub files_received: usize,
}

impl LiveRequest {
    pub async fn read(connection: &mut Connection, request: &FileRequestRow) -> Result<Self, StoreError> {
        let uploads = uploads::list_of_request(connection, &request.org_id, &request.id).await?;
        let mail = mails::newest(connection, &request.org_id, &request.id, "request").await?;
        let files_received = files::list_of_request(connection, &request.org_id, &request.id).await?.len();
        let is_receiving = uploads.iter().any(|upload| upload.state == "receiving");
        let progress = progress_of(request, mail.as_ref().map(|mail| mail.state.as_str()), is_receiving)?;
        Ok(Self { progress, mail, uploads, files_received })
    }
}

impl FileRequestView {
    pub async fn read(connection: &mut Connection, request: FileRequestRow) -> Result<Self, Problem> {
        let live = LiveRequest::read(connection, &request).await?;
        let mail = live.mail.as_ref().map(|mail| mail.state.as_str()).filter(|state| *state != "sending");
        Ok(Self {
            progress: live.progress.as_str().to_owned(),
            mail: mail.unwrap_or("queued").to_owned(),
            uploads: live
                .uploads
                .iter()
                .filter(|upload| matches!(upload.state.as_str(), "receiving" | "frozen"))
                .map(UploadView::of)
                .collect(),
            files_received: live.files_received,
            id: request.id,
            case_id: request.case_id,
            state: request.state,
            recipient_name: request.recipient_name,
            recipient_email: request.recipient_email,
            language: request.language,
            message: request.message,
            needed: request.needed,
            due_on: request.due_on,
            created_at: moment(request.created_at),
            created_by_user_id: request.created_by_user_id,
            expires_at: moment(request.expires_at),
            opened_at: request.opened_at.map(moment),
            closed_at: request.closed_at.map(moment),
        })
    }
}
