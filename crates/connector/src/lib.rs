//! connector

pub mod check_config;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod free_space;
pub mod http_server;
pub mod language;
pub mod mail;
pub mod randomness;
pub mod rates;
pub mod serve;
pub mod serve_http;
pub mod telemetry;

pub use serve::serve;
