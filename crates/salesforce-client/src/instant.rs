//! Datetimes as Salesforce writes and reads them.
//!
//! Format: answers carry `2026-11-21T16:18:12.000+0000` (no colon in the offset); requests and SOQL take RFC 3339.
//! Units: epoch milliseconds, UTC.

use jiff::{Timestamp, fmt::strtime};

/// RFC 3339 with milliseconds and `Z`: valid in a record body and in SOQL. Times outside years 1700 to 4000, the range of a
/// datetime field, are brought to its edge.
pub fn format(epoch_millis: i64) -> String {
    const YEAR_1700: i64 = -8_520_336_000_000;
    const YEAR_4000: i64 = 64_060_588_800_000;
    let timestamp =
        Timestamp::from_millisecond(epoch_millis.clamp(YEAR_1700, YEAR_4000)).expect("jiff covers years -9999 to 9999");
    strtime::format("%Y-%m-%dT%H:%M:%S.%3fZ", timestamp).expect("every directive fits a timestamp")
}

/// Reads a datetime from an answer; `None` when it is not one.
pub fn parse(text: &str) -> Option<i64> {
    let read = |pattern| strtime::parse(pattern, text).and_then(|parsed| parsed.to_timestamp());
    let timestamp = read("%Y-%m-%dT%H:%M:%S%.f%z").ok().or_else(|| text.parse().ok())?;
    Some(timestamp.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_literals_agree_on_the_instant() {
        assert_eq!(parse("2026-11-21T16:18:12.000+0000"), Some(1_795_277_892_000));
        assert_eq!(parse("2026-11-21T17:18:12.345+0100"), Some(1_795_277_892_345));
        assert_eq!(parse("2026-11-21T16:18:12Z"), Some(1_795_277_892_000));
        assert_eq!(format(1_795_277_892_345), "2026-11-21T16:18:12.345Z");
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn times_beyond_the_field_are_brought_to_its_edge() {
        assert_eq!(format(i64::MIN), "1700-01-01T00:00:00.000Z");
        assert_eq!(format(i64::MAX), "4000-01-01T00:00:00.000Z");
    }
}
