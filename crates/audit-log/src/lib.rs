//! What can be proved about the audit log, and to whom.
//!
//! Every event is a [`leaf`] of a Merkle [`tree`], which is kept in files called [`tile`]s. An auditor who holds the
//! head of a tree needs a [`proof`], and not our word, to know that an event is in it, and that nothing was removed
//! or changed since an earlier head.
//!
//! It knows bytes and hashes; it reads no clock, draws no randomness and does no I/O.
//!
//! Format: RFC 6962 and RFC 9162 section 2.1 (SHA-256), C2SP tlog-tiles.
#![deny(missing_docs)]

pub mod leaf;
pub mod proof;
pub mod tile;
pub mod tree;
