//! Files: bytes beside rows. Uploads come in as JSON or multipart, leave as raw bytes, and hang on records by links.
//!
//! Format: Object Reference, "ContentVersion" and its neighbours; REST API, "Insert or Update Blob Data".
//! Invariants: every ContentVersion belongs to one ContentDocument, of whose versions exactly one is the latest; an
//! upload that did not arrive whole leaves no row.

pub mod content;
pub mod download;
pub mod file_type;
pub mod links;
pub mod merge;
pub mod multipart;
pub mod reach;
pub mod receive;
pub mod rules;
pub mod versions;
