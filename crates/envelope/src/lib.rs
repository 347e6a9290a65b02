//! Sealed files: age v1 files with X25519 recipients, sealed and opened as streams, at any offset.
//!
//! Bytes in, bytes out. No I/O, no clock, no async; randomness is an argument. What this writes the stock `age` opens,
//! and the other way round, within the subset that `docs/spec-divergences.md` names.
//!
//! Format: c2sp.org/age; sealed cells: `cell.rs`.
//! Invariants: a [`Sealer`] lives inside one pass; of an altered chunk no byte leaves; secrets are zeroized and have
//! no `Debug`.

#![deny(missing_docs)]

mod aead;
mod cell;
mod derive;
mod error;
mod file_identity;
mod file_key;
mod header;
mod identity;
mod keyring;
#[cfg(feature = "nonce-ledger")]
pub mod ledger;
mod open;
mod payload;
mod randomness;
mod seal;
mod seek;
mod stanza;
#[cfg(test)]
mod wycheproof;

pub use cell::CELL_OVERHEAD;
pub use error::{MalformedKey, OpenError, SealError};
pub use file_identity::FileIdentity;
pub use file_key::FileKey;
pub use header::{Header, MAX_HEADER_LEN, MAX_RECIPIENTS, ParsedHeader};
pub use identity::{Identity, Recipient};
pub use keyring::{KeyId, Keyring};
pub use open::{Opener, open_whole};
pub use payload::{CHUNK_LEN, NONCE_LEN, SEALED_CHUNK_LEN, ciphertext_length};
pub use seal::{Sealer, seal_whole};
pub use seek::{RangeOpener, RangeReader, SeekPlan};
