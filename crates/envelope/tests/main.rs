//! What the sealed format must do, seen from outside the crate: vectors, other implementations, properties, damage.

#![cfg(test)]

mod cctv;
mod cells;
mod fixtures;
mod keys;
#[cfg(feature = "nonce-ledger")]
mod nonce_ledger;
mod operator_recovery;
#[path = "../fuzz/checks.rs"]
mod parser_checks;
mod random_bytes;
mod ranges;
mod round_trips;
mod rust_age;
mod secrets;
mod stock_age;
mod tampering;
