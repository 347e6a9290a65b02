//! The client against an Org that answers badly on purpose, and against the simulated Org.
#![expect(clippy::unwrap_used, reason = "a test stops where its own set-up fails")]

mod answers;
mod collections;
mod connection;
mod content;
mod priority;
mod refresh_token;
mod session;
mod simulated_files;
mod simulated_logins;
mod simulated_org;
mod stand_in;
mod web_login;
mod writes;
