//! Every way a call can fail, named by what the caller should do next.

use std::{sync::Arc, time::Duration};

use thiserror::Error;

/// What stands in the way of a call that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// Somebody else is writing the row: moments. Writes to one Case are better sent one after the other.
    RowLocked,
    /// The query took too long, or its next page is no longer there: begin it again, narrower if it keeps happening.
    QueryBroken,
    /// Too many calls of all the Org's clients at once: half a minute.
    TooManyAtOnce,
    /// The Org's calls of the last 24 hours are used up; they come back slowly.
    AllowanceSpent,
    /// The Org, or the way to it, is down.
    Unreachable,
    /// Nothing was sent: the Org is recovering, or background work must leave calls to others.
    HeldBack,
}

/// Why a call did not give its answer. `Display` is for the operator and carries no token.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum OrgError {
    /// The Org does not accept who we are. Stop, and tell the admin; repeating will not help.
    #[error("the Org refuses our credentials: {code}: {message}")]
    Reauthorise {
        /// `invalid_grant`, `invalid_client_id`, `INVALID_SESSION_ID` …
        code: String,
        /// As the Org said it.
        message: String,
    },
    /// Nothing is wrong with the call: the very same one may be sent again, not before `after`.
    #[error("the Org cannot answer now: {reason}")]
    RetryLater {
        /// The Org's wish, or ours where it named none; [`crate::pause`] adds patience and jitter.
        after: Duration,
        /// What stands in the way.
        obstacle: Obstacle,
        /// For the log.
        reason: String,
        /// The transport's account, when it failed there.
        #[source]
        source: Option<Arc<reqwest::Error>>,
    },
    /// The call may or may not have taken effect and must not be repeated blindly: look for what it would have made.
    #[error("the Org's answer was lost: {reason}")]
    OutcomeUnknown {
        /// For the log.
        reason: String,
        /// The transport's account, when it failed there.
        #[source]
        source: Option<Arc<reqwest::Error>>,
    },
    /// The request itself is at fault; the same one will fail again.
    #[error("the Org refuses the request: {code}: {message}")]
    FixRequest {
        /// For example `INVALID_FIELD`.
        code: String,
        /// As the Org said it.
        message: String,
        /// Fields at fault, our namespace taken off.
        fields: Vec<String>,
    },
    /// The record was deleted, or we may not see it.
    #[error("the record is not there: {code}: {message}")]
    Gone {
        /// `NOT_FOUND` or `ENTITY_IS_DELETED`.
        code: String,
        /// As the Org said it.
        message: String,
    },
    /// Somebody else wrote first. Read, then decide; an upsert by external id may simply be repeated.
    #[error("somebody else wrote first: {code}: {message}")]
    Conflict {
        /// `DUPLICATE_VALUE`, or the HTTP condition that failed.
        code: String,
        /// As the Org said it.
        message: String,
    },
    /// Several records carry this external id, which a unique field rules out: an admin must look.
    #[error("{} records share one external id", records.len())]
    Multiple {
        /// Their paths.
        records: Vec<String>,
    },
    /// We are known, but may not do this: a permission is missing. Tell the admin.
    #[error("the Org does not let us do this: {code}: {message}")]
    NoAccess {
        /// For example `INSUFFICIENT_ACCESS_OR_READONLY`.
        code: String,
        /// As the Org said it.
        message: String,
    },
}

impl OrgError {
    /// Inside a composite or a collection: nothing was wrong with this request, it fell with another one of its
    /// transaction.
    pub fn fell_with_another(&self) -> bool {
        matches!(self, Self::FixRequest { code, .. }
            if code == "PROCESSING_HALTED" || code == "ALL_OR_NONE_OPERATION_ROLLED_BACK")
    }

    /// Whether this says that the Org, or the way to it, is in trouble: what the circuit breaker counts.
    pub(crate) fn is_trouble(&self) -> bool {
        match self {
            Self::OutcomeUnknown { .. } => true,
            Self::RetryLater { obstacle, .. } => {
                matches!(obstacle, Obstacle::Unreachable | Obstacle::TooManyAtOnce | Obstacle::AllowanceSpent)
            }
            _ => false,
        }
    }

    pub(crate) fn fix(code: &str, message: impl Into<String>) -> Self {
        Self::FixRequest { code: code.to_owned(), message: message.into(), fields: Vec::new() }
    }
}
