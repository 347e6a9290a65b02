//! The connector: HTTP, jobs, store, vault.
pub mod store;
