//! Every "no" this product can say. A refusal is a normal answer: a stable code and data, no prose.

use std::time::Duration;

/// Why the answer is no.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Malformed, with the field and what is wrong with it.
    InvalidRequest {
        /// As the caller names it.
        field: &'static str,
        /// Half a sentence: "it is longer than 255 characters".
        reason: &'static str,
    },
    /// No credential, or one that does not hold.
    Unauthenticated,
    /// A known caller who lacks the permission, and may know that the thing exists.
    Forbidden,
    /// Absent, or the caller may not know that it exists.
    NotFound,
    /// Wrong state for that.
    Conflict(Conflict),
    /// Fulfilled, revoked or expired: one answer for all three.
    LinkClosed,
    /// Larger than the policy accepts.
    TooLarge {
        /// The largest size accepted, bytes.
        limit_bytes: u64,
    },
    /// More than a quota still allows.
    QuotaExceeded {
        /// The quota, bytes.
        limit_bytes: u64,
    },
    /// More files than the request accepts.
    TooManyFiles {
        /// The most files accepted.
        limit: u32,
    },
    /// A kind of file that the policy does not accept.
    TypeNotAccepted {
        /// The extensions accepted, without dot.
        accepted: Vec<String>,
    },
    /// The customer has to agree first.
    ConsentRequired {
        /// The wording to agree to.
        wording_version: String,
    },
    /// The scan's verdict does not permit opening.
    NotClean,
    /// The file could not be fully checked: whoever opens it says why.
    ReasonNeeded,
    /// Too often.
    SlowDown {
        /// When to come again.
        retry_after: Duration,
    },
    /// There is no room for it now.
    StorageFull,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflict {
    /// The upload stands elsewhere.
    OffsetMismatch {
        /// Where it stands, bytes.
        expected: u64,
    },
    /// The thing is in a state that does not allow it.
    WrongState {
        /// The state it is in.
        state: &'static str,
    },
    /// Something has to be finished first.
    Unfinished,
    /// The client's id was used for something else before.
    IdTaken,
}

impl Refusal {
    /// The stable code of the problem document.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest { .. } => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict(_) => "conflict",
            Self::LinkClosed => "link_closed",
            Self::TooLarge { .. } | Self::QuotaExceeded { .. } | Self::TooManyFiles { .. } => "too_large",
            Self::TypeNotAccepted { .. } => "type_not_accepted",
            Self::ConsentRequired { .. } => "consent_required",
            Self::NotClean => "not_clean",
            Self::ReasonNeeded => "reason_needed",
            Self::SlowDown { .. } => "slow_down",
            Self::StorageFull => "storage_full",
        }
    }
}
