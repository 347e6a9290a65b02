//! Deliberate untruths, one at a time, in builds for tests only: some acceptance lane must notice each of them.
//!
//! Invariants: a build without debug assertions never lies; a lie is chosen once, before the Org starts.

use std::sync::OnceLock;

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lie {
    /// Ids of 18 characters end in the wrong three.
    WrongChecksum,
    /// Rows of a collection say `errorCode` where `statusCode` is due.
    ErrorCodeInCollections,
    /// Columns are not described under `columnMetadata`.
    MissingColumnMetadata,
    /// A created record answers 200.
    #[value(name = "created-with-200")]
    CreatedWith200,
    /// What a call that failed has done stays done.
    NoRollback,
    /// Objects are found in their own spelling only.
    CaseSensitiveNames,
    /// Moments end in `+00:00`.
    ColonInTimeZone,
    /// A page does not say where the next one is.
    LostNextRecordsUrl,
    /// Any PKCE verifier will do.
    AnyVerifier,
    /// Descriptions have no `labelPlural`.
    MissingLabelPlural,
    /// Tokens say when they expire.
    ExpiresIn,
    /// A refusal is one object instead of an array.
    BareError,
    /// `ContentDocumentLink` is queried without a filter.
    UnfilteredLinks,
    /// `FOR UPDATE`, which belongs to Apex, is taken.
    ForUpdate,
}

static TOLD: OnceLock<Lie> = OnceLock::new();

/// The Orgs of this process tell `lie` from now on. The first lie stays.
pub fn tell(lie: Lie) {
    TOLD.get_or_init(|| lie);
}

pub fn is_told(lie: Lie) -> bool {
    cfg!(debug_assertions) && TOLD.get() == Some(&lie)
}

/// The true word, or the false one while `lie` is told.
pub fn instead(lie: Lie, truth: &'static str, untruth: &'static str) -> &'static str {
    if is_told(lie) { untruth } else { truth }
}
