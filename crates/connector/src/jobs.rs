//! Work for the outside world: leased from the outbox, done idempotently, repeated until it is done.
//!
//! Invariants: a job's cause and the job commit together; a job that dies is taken by another worker when its lease
//! ends; what may not be repeated blindly (a mail, a feed post) is settled or looked up first.

mod attach_file;
mod claim_requests;
mod enqueue;
mod expire_requests;
mod follow_cases;
mod follow_orgs;
mod post_to_feed;
mod publish_event;
mod run;
mod scan_file;
mod seal_upload;
mod send_mail;
mod sweep;
mod sync_request;
mod test_scanners;

use std::time::Duration;

pub use run::{run_due, work_until_stopped};

use crate::store::jobs::JobRow;

/// What a job does with its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Subject: mail.
    SendMail,
    /// Subject: upload.
    SealUpload,
    /// Subject: file.
    ScanFile,
    /// Subject: file.
    AttachFile,
    /// Subject: file.
    PostToFeed,
    /// Subject: request or file, with a prefix.
    PublishEvent,
    /// Subject: request.
    SyncRequest,
    /// Subject: `objects`.
    Sweep,
}

impl JobKind {
    const ALL: [Self; 8] = [
        Self::SendMail,
        Self::SealUpload,
        Self::ScanFile,
        Self::AttachFile,
        Self::PostToFeed,
        Self::PublishEvent,
        Self::SyncRequest,
        Self::Sweep,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendMail => "send_mail",
            Self::SealUpload => "seal_upload",
            Self::ScanFile => "scan_file",
            Self::AttachFile => "attach_file",
            Self::PostToFeed => "post_to_feed",
            Self::PublishEvent => "publish_event",
            Self::SyncRequest => "sync_request",
            Self::Sweep => "sweep",
        }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How a run of a job ended.
pub enum Outcome {
    Done,
    /// Again, not before this time has passed.
    Again(Duration),
}

/// How long to wait after a failure: doubling from a second to five minutes, a quarter of it by chance.
fn backoff(job: &JobRow, chance: u8) -> Duration {
    let exponent = u32::try_from(job.attempts.clamp(1, 9) - 1).unwrap_or_default();
    let base = Duration::from_secs(1 << exponent).min(Duration::from_mins(5));
    base + base / 4 * u32::from(chance) / 255
}
