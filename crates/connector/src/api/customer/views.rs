//! A request as its customer reads it.

use secure_files::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::agent::views::upload_state;
use crate::api::{Problem, rfc3339};
use crate::app::App;
use crate::language::Language;
use crate::store::file_requests::FileRequestRow;
use crate::store::secure_files::{self as files, SecureFileRow};
use crate::store::{Connection, StoreError, consents, uploads};

/// Who asks, what for, on which terms, and what has arrived.
#[derive(Serialize, ToSchema)]
pub struct CustomerRequestView {
    pub id: String,
    pub organisation: String,
    pub case_number: String,
    pub asked_by: String,
    pub message: String,
    pub needed: String,
    pub due_on: Option<String>,
    pub recipient_name: String,
    pub language: String,
    pub expires_at: String,
    pub retention_days: u32,
    pub stored_where: String,
    pub legal_basis: String,
    pub dpo_contact: String,
    pub consent: ConsentView,
    pub limits: LimitsView,
    /// `open`, `fulfilled`, `revoked`, `expired`, `suspended`.
    pub state: String,
    pub uploads: Vec<CustomerUploadView>,
    pub receipt: Option<Receipt>,
}

#[derive(Serialize, ToSchema)]
pub struct ConsentView {
    pub required: bool,
    pub wording: String,
    pub wording_version: String,
    pub given: bool,
}

#[derive(Serialize, ToSchema)]
pub struct LimitsView {
    pub max_file_bytes: Option<u64>,
    pub accepted_extensions: Vec<String>,
    pub max_files: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct CustomerUploadView {
    pub id: String,
    pub client_id: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub offset_bytes: i64,
    /// `receiving`, `checking`, `arrived`, `cancelled`.
    pub state: String,
    pub sha256: Option<String>,
    pub upload_url: String,
}

/// Proof that the files arrived.
#[derive(Serialize, ToSchema)]
pub struct Receipt {
    pub case_number: String,
    pub organisation: String,
    pub finished_at: String,
    pub kept_until: String,
    pub files: Vec<ReceiptFileView>,
}

#[derive(Serialize, ToSchema)]
pub struct ReceiptFileView {
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub received_at: String,
}

fn moment(millis: i64) -> String {
    rfc3339(Timestamp::from_millis(millis))
}

impl Receipt {
    pub fn of(app: &App, request: &FileRequestRow, files: &[SecureFileRow]) -> Self {
        let finished_at = request.closed_at.unwrap_or(request.created_at);
        let kept_until = files.iter().map(|file| file.kept_until).max().unwrap_or(finished_at);
        Self {
            case_number: request.case_number.clone(),
            organisation: app.config.operator.organisation.clone(),
            finished_at: moment(finished_at),
            kept_until: moment(kept_until),
            files: files
                .iter()
                .map(|file| ReceiptFileView {
                    file_name: file.file_name.clone(),
                    size_bytes: file.size_bytes,
                    sha256: file.plaintext_sha256.clone(),
                    received_at: moment(file.received_at),
                })
                .collect(),
        }
    }
}

impl CustomerRequestView {
    pub async fn read(app: &App, connection: &mut Connection, request: FileRequestRow) -> Result<Self, Problem> {
        let policy: secure_files::Policy =
            serde_json::from_str(&request.policy).map_err(|_| StoreError::Unreadable("file_requests.policy"))?;
        let language: Language =
            request.language.parse().map_err(|_| StoreError::Unreadable("file_requests.language"))?;
        let consent = match &policy.consent {
            None => {
                ConsentView { required: false, wording: String::new(), wording_version: String::new(), given: false }
            }
            Some(wording) => ConsentView {
                required: true,
                given: consents::is_given(connection, &request.org_id, &request.id, &wording.version).await?,
                wording: wording.text.clone(),
                wording_version: wording.version.clone(),
            },
        };
        let held = files::list_of_request(connection, &request.org_id, &request.id).await?;
        let uploads = uploads::list_of_request(connection, &request.org_id, &request.id).await?;
        let receipt = (request.state == "fulfilled").then(|| Receipt::of(app, &request, &held));
        let operator = &app.config.operator;
        Ok(Self {
            organisation: operator.organisation.clone(),
            retention_days: policy.retention_days,
            stored_where: operator.stored_where.in_language(language).to_owned(),
            legal_basis: operator.legal_basis.in_language(language).to_owned(),
            dpo_contact: operator.dpo_contact.clone(),
            consent,
            limits: LimitsView {
                max_file_bytes: policy.max_file_bytes,
                accepted_extensions: policy.accepted_extensions,
                max_files: policy.max_files,
            },
            uploads: uploads
                .into_iter()
                .map(|upload| CustomerUploadView {
                    upload_url: format!("/api/v1/customer/uploads/{}", upload.id),
                    sha256: held
                        .iter()
                        .find(|file| file.upload_id == upload.id)
                        .map(|file| file.plaintext_sha256.clone()),
                    state: upload_state(&upload.state).to_owned(),
                    id: upload.id,
                    client_id: upload.client_id,
                    file_name: upload.shown_name,
                    size_bytes: upload.size_bytes,
                    offset_bytes: upload.offset_bytes,
                })
                .collect(),
            receipt,
            expires_at: moment(request.expires_at),
            id: request.id,
            case_number: request.case_number,
            asked_by: request.created_by_name,
            message: request.message,
            needed: request.needed,
            due_on: request.due_on,
            recipient_name: request.recipient_name,
            language: request.language,
            state: request.state,
        })
    }
}
