//! How to speak to one Org: the handful of REST calls Casegate makes, and what to do when one fails.
//!
//! Knows HTTP, OAuth grants and Salesforce's error shapes; knows nothing of Cases, files or our own records.
//!
//! Format: Salesforce REST API v67.0 (<https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/>).
//! Invariants: a token goes only to the configured, vetted host; one expired session costs one token request however
//! many calls notice it; a call that may have created something is never repeated here.
//! Units: times are epoch milliseconds, UTC.
#![deny(missing_docs)]

mod answer;
mod call;
mod collections;
mod composite;
mod connection;
mod content;
mod describe;
mod email;
mod error;
mod feed;
mod instance;
pub mod instant;
mod limits;
mod namespace;
mod oauth;
mod query;
mod record;
mod record_access;
mod record_id;
mod retry;
mod settings;
pub mod soql;
mod token;
mod turn;
mod web_login;

pub use collections::Outcomes;
pub use composite::{CompositeAnswer, CompositeRequest};
pub use connection::OrgConnection;
pub use content::{Download, NewFile, UploadError};
pub use describe::{Description, FieldDescription, ObjectSummary};
pub use email::{Email, EmailSender};
pub use error::{Obstacle, OrgError};
pub use feed::FeedPost;
pub use limits::{Allowance, Usage};
pub use record::Upserted;
pub use record_access::RecordAccess;
pub use record_id::{MalformedRecordId, RecordId};
pub use retry::{patiently, pause};
pub use settings::{
    Clock, Grant, KeepRefreshToken, RefreshTokenHome, RefreshTokenHomeError, Settings, SettingsError, TakenRefreshToken,
};
pub use token::Identity;
pub use web_login::{Introspection, LoginAttempt, LoginError, LoginReturn, LoginSettings, Person, WebLogin};

/// One record as Salesforce answers it: `attributes` and the selected fields, our namespace already taken off.
pub type Record = serde_json::Map<String, serde_json::Value>;
