//! Refusals and failures as problem documents: the only table from one to the other, and the only place that names an
//! error status.
//!
//! Format: RFC 9457, with a stable `code`, a sentence for the person, and the id of the request.
//! Invariant: the cause of a failure goes to the operator's log, once, and never to the wire.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use salesforce_client::OrgError;
use secure_files::{Conflict, Refusal};
use serde_json::{Map, Value, json};

use crate::staging::StagingError;
use crate::store::StoreError;
use crate::telemetry::current_request_id;
use crate::vault::VaultError;

/// Why there is no answer.
#[derive(Debug)]
pub enum Problem {
    /// The rules say no.
    Refused(Refusal),
    /// The Org cannot be asked now.
    OrgUnavailable,
    /// The bucket or the database cannot be reached now.
    StorageUnavailable,
    /// The tus version is not one we speak.
    TusVersion,
    /// A request without `Content-Type: application/offset+octet-stream`.
    UploadContentType,
    /// A range that the file does not have; its size in bytes.
    Range(u64),
    /// A bug. Already logged.
    Internal,
}

impl Problem {
    /// A malformed field.
    pub fn field(field: &'static str, reason: &'static str) -> Self {
        Self::Refused(Refusal::InvalidRequest { field, reason })
    }

    fn table(&self) -> (StatusCode, &'static str, String) {
        let (status, sentence) = match self {
            Self::OrgUnavailable => {
                return (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "org_unavailable",
                    "Salesforce does not answer at the moment.".into(),
                );
            }
            Self::StorageUnavailable => {
                return (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "storage_unavailable",
                    "The storage does not answer at the moment.".into(),
                );
            }
            Self::TusVersion => {
                return (StatusCode::PRECONDITION_FAILED, "invalid_request", "This server speaks tus 1.0.0.".into());
            }
            Self::UploadContentType => {
                return (
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "invalid_request",
                    "Uploads are sent as application/offset+octet-stream.".into(),
                );
            }
            Self::Range(_) => {
                return (
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    "invalid_request",
                    "The file does not have this range.".into(),
                );
            }
            Self::Internal => {
                return (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.".into());
            }
            Self::Refused(refusal) => match refusal {
                Refusal::InvalidRequest { field, reason } => {
                    (StatusCode::BAD_REQUEST, format!("The request is not usable: {field}: {reason}."))
                }
                Refusal::Unauthenticated => {
                    (StatusCode::UNAUTHORIZED, "The credential is missing or no longer good.".into())
                }
                Refusal::Forbidden => (StatusCode::FORBIDDEN, "You do not have the permission for this.".into()),
                Refusal::NotFound => (StatusCode::NOT_FOUND, "There is nothing here, or not for you.".into()),
                Refusal::Conflict(Conflict::OffsetMismatch { expected }) => {
                    (StatusCode::CONFLICT, format!("The upload stands at byte {expected}."))
                }
                Refusal::Conflict(Conflict::WrongState { state }) => {
                    (StatusCode::CONFLICT, format!("This is not possible any more: it is {state}."))
                }
                Refusal::Conflict(Conflict::Unfinished) => {
                    (StatusCode::CONFLICT, "Not every file has arrived yet.".into())
                }
                Refusal::Conflict(_) => (StatusCode::CONFLICT, "This id was used for something else.".into()),
                Refusal::LinkClosed => (StatusCode::GONE, "This link is closed.".into()),
                Refusal::TooLarge { limit_bytes } => {
                    (StatusCode::PAYLOAD_TOO_LARGE, format!("Files may have at most {limit_bytes} bytes."))
                }
                Refusal::QuotaExceeded { limit_bytes } => {
                    (StatusCode::PAYLOAD_TOO_LARGE, format!("All files together may have at most {limit_bytes} bytes."))
                }
                Refusal::TooManyFiles { limit } => {
                    (StatusCode::PAYLOAD_TOO_LARGE, format!("At most {limit} files can be sent with this link."))
                }
                Refusal::TypeNotAccepted { accepted } => (
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    format!("Only these kinds of files are accepted: {}.", accepted.join(", ")),
                ),
                Refusal::ConsentRequired { .. } => {
                    (StatusCode::UNPROCESSABLE_ENTITY, "The customer has to agree first.".into())
                }
                Refusal::NotClean => (StatusCode::UNPROCESSABLE_ENTITY, "The file's check does not allow this.".into()),
                Refusal::ReasonNeeded => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "The file could not be fully checked; say why you open it all the same.".into(),
                ),
                Refusal::SlowDown { .. } => {
                    (StatusCode::TOO_MANY_REQUESTS, "Too many requests; try again later.".into())
                }
                Refusal::StorageFull => {
                    (StatusCode::INSUFFICIENT_STORAGE, "There is no room for this file now.".into())
                }
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.".into()),
            },
        };
        let code = match self {
            Self::Refused(refusal) => refusal.code(),
            _ => "internal",
        };
        (status, code, sentence)
    }

    /// What a program may want to know beyond the code.
    fn data(&self) -> Map<String, Value> {
        let data = match self {
            Self::Refused(Refusal::InvalidRequest { field, .. }) => json!({ "field": field }),
            Self::Refused(Refusal::TooLarge { limit_bytes } | Refusal::QuotaExceeded { limit_bytes }) => {
                json!({ "limit_bytes": limit_bytes })
            }
            Self::Refused(Refusal::TooManyFiles { limit }) => json!({ "limit_files": limit }),
            Self::Refused(Refusal::TypeNotAccepted { accepted }) => json!({ "accepted_extensions": accepted }),
            Self::Refused(Refusal::ConsentRequired { wording_version }) => {
                json!({ "wording_version": wording_version })
            }
            Self::Refused(Refusal::Conflict(Conflict::OffsetMismatch { expected })) => {
                json!({ "offset_bytes": expected })
            }
            Self::Refused(Refusal::Conflict(Conflict::WrongState { state })) => json!({ "state": state }),
            Self::Range(size_bytes) => json!({ "size_bytes": size_bytes }),
            _ => Value::Null,
        };
        match data {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Refused(Refusal::SlowDown { retry_after }) => Some(retry(*retry_after)),
            Self::OrgUnavailable | Self::StorageUnavailable => Some(retry(Duration::from_secs(10))),
            Self::Refused(Refusal::Unauthenticated) => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            Self::Refused(Refusal::Conflict(Conflict::OffsetMismatch { expected })) => {
                Some((HeaderName::from_static("upload-offset"), HeaderValue::from(*expected)))
            }
            Self::TusVersion => Some((HeaderName::from_static("tus-version"), HeaderValue::from_static("1.0.0"))),
            Self::Range(size_bytes) => {
                HeaderValue::from_str(&format!("bytes */{size_bytes}")).ok().map(|value| (header::CONTENT_RANGE, value))
            }
            _ => None,
        }
    }
}

fn retry(after: Duration) -> (HeaderName, HeaderValue) {
    (header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, sentence) = self.table();
        let mut body = self.data();
        let request_id = current_request_id().map(|id| id.to_string()).unwrap_or_default();
        for (key, value) in [
            ("type", json!("about:blank")),
            ("title", json!(status.canonical_reason().unwrap_or_default())),
            ("status", json!(status.as_u16())),
            ("code", json!(code)),
            ("detail", json!(sentence)),
            ("request_id", json!(request_id)),
        ] {
            body.insert(key.to_owned(), value);
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header() {
            headers.insert(name, value);
        }
        response.extensions_mut().insert(ProblemCode(code));
        response
    }
}

/// Carried by the answer so that the request line can name it.
#[derive(Clone, Copy)]
pub struct ProblemCode(pub &'static str);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "casegate", %error, "the database failed");
        match error {
            StoreError::Database(_) => Self::StorageUnavailable,
            _ => Self::Internal,
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Open(opened) => {
                tracing::error!(target: "casegate", detail = opened.detail(), "an object did not open");
            }
            other => tracing::error!(target: "casegate", error = %other, "the vault failed"),
        }
        match error {
            VaultError::Storage(_) | VaultError::Folder(_) => Self::StorageUnavailable,
            _ => Self::Internal,
        }
    }
}

impl From<StagingError> for Problem {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Refused(refusal) => Self::Refused(refusal),
            StagingError::Superseded => {
                Self::Refused(Refusal::Conflict(Conflict::WrongState { state: "continued elsewhere" }))
            }
            StagingError::Store(error) => error.into(),
            StagingError::Vault(error) => error.into(),
        }
    }
}

impl From<OrgError> for Problem {
    fn from(error: OrgError) -> Self {
        tracing::warn!(target: "casegate", %error, "the Org could not be asked");
        Self::OrgUnavailable
    }
}
