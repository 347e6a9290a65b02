//! The simulated Org over real HTTP, spoken to by a plain client that shares nothing with it.

mod agent_tokens;
mod caller;
mod collections;
mod describe;
mod events;
mod faults;
mod logins;
mod mails;
mod namespaces;
mod queries;
mod record_access;
mod records;
