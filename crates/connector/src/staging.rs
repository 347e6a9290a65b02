//! From bytes on the wire to acknowledged bytes: take a turn, stage a segment, acknowledge it; freeze when complete.
//!
//! Knows store and vault, no HTTP: the customer's page, the agent's panel and the simulation of a million schedules all
//! come through here.
//!
//! Invariants: acknowledged means durable; only the newest turn of an upload can acknowledge, whichever connector holds
//! it; an object is adopted by a transaction or removed by the sweep, never both.

mod acknowledge;
mod cancel;
mod manifest;
mod reconcile;
mod sweep;
mod take_turn;
mod turns;

use secure_files::{Refusal, Timestamp};

pub use acknowledge::Acknowledged;
pub use manifest::ManifestDigest;
pub use take_turn::Turn;

use crate::audit::Audit;
use crate::randomness::Randomness;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultError};

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagingError {
    /// A plain "no" for whoever asked.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// A newer request has the turn. Nothing that this one still holds was acknowledged.
    #[error("a newer request continues this upload")]
    Superseded,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<Refusal> for StagingError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The staging area of one connector.
#[derive(Clone)]
pub struct Staging {
    store: Store,
    vault: Vault,
    audit: Audit,
    randomness: Randomness,
    turns: turns::Turns,
}

impl Staging {
    pub fn new(store: Store, vault: Vault, audit: Audit, randomness: Randomness) -> Self {
        Self { store, vault, audit, randomness, turns: turns::Turns::default() }
    }
}

/// An upload with no byte for this long is given up.
pub(crate) fn idle_until(now: Timestamp) -> i64 {
    now.plus(secure_files::UPLOAD_IDLE_LIFETIME).as_millis()
}
