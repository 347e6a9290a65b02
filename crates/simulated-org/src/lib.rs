//! A strict Salesforce Org over HTTP, to develop and test against: start one, inspect it, break it.
//!
//! It shares no types with any other crate of ours, so a misunderstanding cannot hide on both sides. What it does not
//! know it refuses; where it differs from a real Org, docs/salesforce-divergences.md says so.
//!
//! Invariants: loopback only; nothing is kept when it stops.

pub mod actions;
pub mod admin;
pub mod agent_token;
pub mod cell;
pub mod clock;
pub mod cometd;
pub mod cursors;
pub mod faults;
pub mod files;
pub mod lies;
pub mod lightning;
pub mod mail_sink;
pub mod mailbox;
pub mod oauth;
pub mod options;
pub mod org;
pub mod randomness;
pub mod record_id;
pub mod referee;
pub mod refused;
pub mod request_log;
pub mod rest;
pub mod rights;
pub mod routes;
pub mod rows;
pub mod sandbox;
pub mod schema;
pub mod seed;
pub mod server;
pub mod sessions;
pub mod shape;
pub mod sharing;
pub mod soap;
pub mod soql;
mod start;
pub mod streaming;
pub mod versioned;
pub mod work;
pub mod world;

pub use agent_token::{Signature, TokenOverrides};
pub use faults::{Effect, Fault, Faults, SmtpStage, When};
pub use files::receive::FileLimits;
pub use mail_sink::Mail;
pub use options::Options;
pub use record_id::RecordId;
pub use referee::{Offence, Referee};
pub use rights::{PermissionSet, Rights};
pub use schema::permission_set::{Grants, ObjectRights};
pub use start::SimulatedOrg;
pub use streaming::event_faults::{EventEffect, EventFault};
