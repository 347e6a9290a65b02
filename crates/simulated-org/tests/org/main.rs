//! The simulated Org over real HTTP, spoken to by a plain client that shares nothing with it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on ends its test")]

mod actions;
mod agent_tokens;
mod apps;
mod batches;
mod caller;
mod case_page;
mod collections;
mod deployed_metadata;
mod deploys;
mod describe;
mod events;
mod faults;
mod field_rights;
mod files;
mod grouped_queries;
mod https;
mod identity;
#[path = "../../fuzz/intake.rs"]
mod intake;
mod logins;
mod mails;
mod merges;
mod namespaces;
mod permissions;
mod program;
mod queries;
mod query_refusals;
mod random_bytes;
mod record_access;
mod records;
mod referee;
mod refresh_tokens;
mod scale;
mod sentences;
#[path = "../../fuzz/checks.rs"]
mod soql_checks;
mod soql_syntax;
mod streaming;
mod subqueries;
mod trusted_urls;
mod visitor;
mod web_login;
