//! The connector: things that start work (`api`, `jobs`), the rules (`secure-files`), and things work is done with
//! (`store`, `vault`, `staging`, `audit`, `org`, `mail`).
//!
//! Calls go one way: `api` and `jobs` to rules and collaborators.

pub mod api;
pub mod app;
pub mod audit;
pub mod check_config;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod connect_org;
pub mod free_space;
pub mod http_server;
pub mod jobs;
pub mod language;
pub mod mail;
pub mod org;
pub mod private_file;
pub mod randomness;
pub mod rates;
pub mod routes;
pub mod scanners;
pub mod sealing;
pub mod secrets;
pub mod serve;
pub mod serve_http;
pub mod staging;
pub mod store;
pub mod stored_file;
pub mod telemetry;
pub mod vault;

pub use serve::serve;
