//! The world of a journey: the connector and simulated Orgs in process, a real database, real objects, real mail on
//! loopback, and a clock that the test moves. The verbs are those of the people in the story.
//!
//! Invariant: every test ends with [`Casegate::finish`], where the referee looks for leftovers and leaks; a test that
//! forgets it fails.

mod agent;
mod answer;
mod casegate;
mod child;
mod clock;
mod configuration;
mod connector_in_process;
mod customer;
mod database;
mod keys;
mod logs;
mod mailbox;
mod options;
mod port;
mod referee;
mod s3;
mod sample;
pub mod scanners;
mod variables;

pub use agent::{Agent, AtCase, a_request};
pub use answer::Answer;
pub use casegate::Casegate;
pub use connector_in_process::Connector;
pub use customer::Customer;
pub use database::Database;
pub use mailbox::Mailbox;
pub use options::{Engine, Objects, Options};
pub use s3::S3Server;
pub use sample::Sample;
