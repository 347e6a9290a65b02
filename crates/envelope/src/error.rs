//! Why sealing, opening or reading a key failed, by what the caller does next.
//!
//! Separate so that the rule is in one place: opening fails one way to whoever asked. `Display` of an
//! [`OpenError`] is the same sentence for every variant; the variant and its detail are for the operator's log.

use crate::KeyId;

/// Why nothing was sealed. Nothing was emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A file nobody can open is a lost file. Next move: configure a recipient.
    #[error("no recipient was given")]
    NoRecipients,
    /// More than [`crate::MAX_RECIPIENTS`]. Next move: configure fewer.
    #[error("more recipients than a header may hold")]
    TooManyRecipients,
    /// The randomness handed in was all zero, so it was never filled. Next move: stop; this process must not seal.
    #[error("the randomness handed in was not random")]
    NoRandomness,
    /// A cell's context must be `table/row/column`, all three non-empty. Next move: a bug at the caller.
    #[error("the context of a cell must be table/row/column")]
    MalformedContext,
}

/// Why sealed bytes did not open.
///
/// To a customer or an agent there is one answer for all of these; `to_string` gives it. [`OpenError::detail`] is for
/// the operator's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes could not be opened")]
#[non_exhaustive]
pub enum OpenError {
    /// Not an age v1 file (or cell) as this crate writes them. Next move: the object is not ours; restore or report it.
    Malformed(&'static str),
    /// Well formed, but no key at hand opens it. Next move: find the key.
    NoMatch,
    /// The cell names a key that the keyring does not hold. Next move: add that key to the retired keys.
    UnknownKey(KeyId),
    /// Some byte is not what was sealed. Next move: abort the transfer and report the object.
    Altered,
    /// The bytes end before the file does. Next move: read again; when the source is whole, report the object.
    Truncated,
    /// A range that is not inside the plaintext. Next move: refuse the request.
    OutOfRange,
}

impl OpenError {
    /// What happened, for the operator's log only.
    pub fn detail(&self) -> &'static str {
        match self {
            Self::Malformed(detail) => detail,
            Self::NoMatch => "no key at hand opens it",
            Self::UnknownKey(_) => "the key it names is not in the keyring",
            Self::Altered => "authentication failed: it is not what was sealed",
            Self::Truncated => "it ends too early",
            Self::OutOfRange => "the range is not inside the plaintext",
        }
    }
}

/// The text of an identity or a recipient was refused. Says why, and never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed key: {reason}")]
pub struct MalformedKey {
    pub(crate) reason: &'static str,
}
