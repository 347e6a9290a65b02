//! The rules of Casegate: every noun, its states, and every "no" this product can say.
//!
//! Pure: no I/O, no clock, no randomness, no async. Time arrives as `now`, random bytes as arguments. Handlers and jobs
//! ask here and then act; nothing here acts.
//!
//! In the order a file lives: a [`CaseId`] of an [`OrgId`], an agent's [`AgentToken`] and what they [`may`] do, a file
//! request ([`FileRequestState`]) under a [`Policy`], an upload ([`UploadState`]) of a [`FileName`], its
//! [`ScanVerdict`], the secure file ([`SecureFileState`]) kept under a [`RetentionPolicy`], and the [`AuditEvent`] that
//! says who did what.

#![deny(missing_docs)]

mod access;
mod agent_token;
mod audit_event;
mod consent;
mod file_name;
mod file_request;
mod own_id;
mod policy;
mod progress;
mod refusal;
mod retention;
mod salesforce_id;
mod scan;
mod secure_file;
mod timestamp;
mod upload;

pub use access::{Operation, may};
pub use agent_token::{AgentToken, Permission, RawClaims, Subject, TokenFault};
pub use audit_event::{Activity, ActorKind, AuditEvent, AuditField};
pub use consent::{Consent, ConsentWording};
pub use file_name::{FileName, content_disposition, shown_path, unique_among};
pub use file_request::FileRequestState;
pub use own_id::{FileRequestId, LinkId, MalformedOwnId, SecureFileId, UploadId};
pub use policy::Policy;
pub use progress::{MailState, Progress};
pub use refusal::{Conflict, Refusal};
pub use retention::RetentionPolicy;
pub use salesforce_id::{CaseId, ContactId, MalformedId, OrgId, UserId};
pub use scan::{ScanGap, ScanOutcome, ScanVerdict};
pub use secure_file::SecureFileState;
pub use timestamp::Timestamp;
pub use upload::{SEGMENT_MAX_BYTES, UPLOAD_IDLE_LIFETIME, UploadState, max_segments, may_append};
