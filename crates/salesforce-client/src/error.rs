//! Every way a call can fail, named by what the caller should do next.

use std::{sync::Arc, time::Duration};

use thiserror::Error;

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
        /// The Org's wish, or ours where it named none; add jitter.
        after: Duration,
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
