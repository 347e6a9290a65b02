//! What can be proved about the audit log, and to whom.
//!
//! Every event is a leaf of a Merkle tree. An auditor who keeps a root can be shown that an event is in the tree
//! (inclusion) and that nothing was taken out or changed since (consistency), without trusting us or seeing the rest.
//!
//! It knows bytes and hashes; it reads no clock, draws no randomness and performs no I/O.
#![deny(missing_docs)]

pub mod leaf;
pub mod tree;
