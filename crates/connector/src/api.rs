//! HTTP: extract, ask the rules, act, answer. One operation a file.

mod address;
pub mod agent;
pub mod credentials;
pub mod customer;
pub mod downloads;
pub mod health;
pub mod openapi;
pub mod problem;
pub mod uploads;

use secure_files::Timestamp;

pub use address::{Path, Query};
pub use problem::Problem;

/// `2026-11-21T16:18:12.000Z`.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map(|moment| format!("{moment:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_carry_milliseconds_and_say_utc() {
        assert_eq!(rfc3339(Timestamp::from_millis(1_795_277_892_000)), "2026-11-21T16:18:12.000Z");
        assert_eq!(rfc3339(Timestamp::from_millis(5)), "1970-01-01T00:00:00.005Z");
    }
}
