//! One field's value in one row, and how it looks in JSON.
//!
//! Units: moments are epoch milliseconds cut to whole seconds, which is all an Org keeps.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::files::content::Content;
use crate::lies::{self, Lie};
use crate::record_id::RecordId;
use crate::schema::FieldKind;

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Text(String),
    Flag(bool),
    Number(f64),
    Day(Date),
    Moment(i64),
    Reference(RecordId),
    /// The bytes of a file; a row's copies share them.
    Content(Arc<Content>),
}

impl Cell {
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// A moment as an Org stores it: sub-second digits are dropped.
    pub fn moment(epoch_ms: i64) -> Self {
        Self::Moment(epoch_ms.div_euclid(1_000) * 1_000)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_reference(&self) -> Option<RecordId> {
        if let Self::Reference(id) = self { Some(*id) } else { None }
    }

    pub fn as_content(&self) -> Option<&Arc<Content>> {
        if let Self::Content(content) = self { Some(content) } else { None }
    }

    pub fn to_json(&self, kind: &FieldKind) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => json!(text),
            Self::Flag(flag) => json!(flag),
            // A custom Number(18,0) is a double on the wire: `3.0`, never `3`.
            Self::Number(number) if matches!(kind, FieldKind::Int) => json!(whole(*number)),
            Self::Number(number) => json!(number),
            Self::Day(day) => json!(day.to_string()),
            Self::Moment(epoch_ms) => json!(show_moment(*epoch_ms)),
            Self::Reference(id) => json!(id.to_string()),
            // Bytes never stand in a row; who asks over REST gets an address instead.
            Self::Content(content) => json!(format!("sha256:{}", content.sha256)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "int fields hold at most 18 digits, checked on the way in")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// `2026-11-21T16:18:12.000+0000`: milliseconds, UTC, no colon in the zone.
pub fn show_moment(epoch_ms: i64) -> String {
    let moment = Timestamp::from_millisecond(epoch_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let zone = lies::instead(Lie::ColonInTimeZone, "+0000", "+00:00");
    format!("{}{zone}", moment.strftime("%Y-%m-%dT%H:%M:%S.000"))
}

/// Any ISO 8601 instant with an offset, cut to whole seconds.
pub fn read_moment(text: &str) -> Option<Cell> {
    let moment: Timestamp = text.parse().ok()?;
    Some(Cell::moment(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lose_their_milliseconds_and_their_zone() {
        for written in ["2026-11-21T16:18:12.987Z", "2026-11-21T17:18:12.000+0100", "2026-11-21T16:18:12+00:00"] {
            let Some(Cell::Moment(moment)) = read_moment(written) else { panic!("{written}") };
            assert_eq!(show_moment(moment), "2026-11-21T16:18:12.000+0000");
        }
        assert_eq!(read_moment("2026-11-21T16:18:12"), None);
        assert_eq!(read_moment("2026-11-21"), None);
    }

    #[test]
    fn custom_numbers_are_doubles_on_the_wire() {
        let kind = FieldKind::Number { precision: 18, scale: 0 };
        assert_eq!(Cell::Number(3.0).to_json(&kind).to_string(), "3.0");
        assert_eq!(Cell::Number(3.0).to_json(&FieldKind::Int).to_string(), "3");
    }
}
