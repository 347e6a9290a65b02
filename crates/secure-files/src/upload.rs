//! An upload: receiving until complete, then frozen, then sealed; or given up.
//!
//! Units: bytes.

use std::str::FromStr;
use std::time::Duration;

use crate::{Conflict, Refusal};

/// The longest run of bytes that is staged as one segment, and so the most that a cut can cost.
pub const SEGMENT_MAX_BYTES: u64 = 8 * 1024 * 1024;

/// An upload that gets no byte for this long is given up.
pub const UPLOAD_IDLE_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The most segments an upload may have: stops floods of tiny requests, never a bad network.
pub fn max_segments(size_bytes: u64) -> u64 {
    size_bytes / (256 * 1024) + 1_000
}

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UploadState {
    /// Takes bytes.
    Receiving,
    /// Complete: what it is can no longer change.
    Frozen,
    /// In the vault.
    Sealed,
    /// Given up by its sender.
    Cancelled,
    /// Given up for lack of bytes.
    Expired,
}

impl UploadState {
    /// As in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Frozen => "frozen",
            Self::Sealed => "sealed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether it still counts: as a file under way or arrived.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Receiving | Self::Frozen | Self::Sealed)
    }
}

impl FromStr for UploadState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Receiving, Self::Frozen, Self::Sealed, Self::Cancelled, Self::Expired]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// Whether bytes that start at `claimed_offset` may be appended to an upload that stands at `offset` of `size`.
pub fn may_append(
    state: UploadState,
    offset: u64,
    size: u64,
    segments: u64,
    claimed_offset: u64,
) -> Result<(), Refusal> {
    if matches!(state, UploadState::Cancelled | UploadState::Expired) {
        return Err(Refusal::NotFound);
    }
    if claimed_offset != offset {
        return Err(Refusal::Conflict(Conflict::OffsetMismatch { expected: offset }));
    }
    if state != UploadState::Receiving {
        return Err(Refusal::Conflict(Conflict::WrongState { state: state.as_str() }));
    }
    if segments >= max_segments(size) {
        return Err(Refusal::InvalidRequest { field: "body", reason: "the upload came in too many small pieces" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appending_needs_the_right_state_and_the_right_place() {
        use UploadState::{Cancelled, Expired, Frozen, Receiving, Sealed};
        assert_eq!(may_append(Receiving, 5, 10, 1, 5), Ok(()));
        let mismatch = Err(Refusal::Conflict(Conflict::OffsetMismatch { expected: 5 }));
        assert_eq!(may_append(Receiving, 5, 10, 1, 4), mismatch);
        assert_eq!(may_append(Receiving, 5, 10, 1, 6), mismatch);
        for state in [Frozen, Sealed] {
            assert!(matches!(may_append(state, 10, 10, 1, 10), Err(Refusal::Conflict(Conflict::WrongState { .. }))));
        }
        for state in [Cancelled, Expired] {
            assert_eq!(may_append(state, 5, 10, 1, 5), Err(Refusal::NotFound));
        }
        assert!(matches!(may_append(Receiving, 5, 10, 1_000, 5), Err(Refusal::InvalidRequest { .. })));
    }

    #[test]
    fn a_large_file_in_ordinary_segments_is_far_from_the_limit() {
        let size = 45_440_753_992;
        assert!(size / SEGMENT_MAX_BYTES * 10 < max_segments(size));
    }
}
