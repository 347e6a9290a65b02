//! What a test looks for: literals made ready once, so that a million rows can be held against them.
//!
//! Text compares without case, save on case-sensitive fields; ids compare by their 15 characters; days are those of
//! the user's time zone.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::conditions::is_text;
use super::periods;
use super::syntax::Literal;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::schema::{Field, FieldKind};
use crate::work::Work;

#[derive(Clone, Debug)]
pub enum Sought {
    Null,
    /// In lower case, unless the field keeps cases apart.
    Text {
        text: String,
        exact: bool,
    },
    Id(RecordId),
    Number(f64),
    Flag(bool),
    Day(Date),
    Moment(i64),
    /// From a day until before another, as days and as instants.
    Period {
        from: Date,
        until: Date,
        from_ms: i64,
        until_ms: i64,
    },
}

impl Sought {
    /// `None` when the literal does not fit the field.
    pub fn of(work: &Work, field: &Field, kind: &FieldKind, literal: &Literal) -> Option<Self> {
        Some(match (literal, kind) {
            // On booleans null means false.
            (Literal::Null, FieldKind::Flag) => Self::Flag(false),
            (Literal::Null, _) => Self::Null,
            (Literal::Flag(flag), FieldKind::Flag) => Self::Flag(*flag),
            (Literal::Number(number), FieldKind::Int | FieldKind::Number { .. }) => Self::Number(*number),
            (Literal::Day(day), FieldKind::Day) => Self::Day(*day),
            (Literal::Moment(moment), FieldKind::Moment) => Self::Moment(*moment),
            (Literal::Period(word, count), FieldKind::Day | FieldKind::Moment) => {
                let zone = zone(work);
                let period = periods::period(word, *count, work.now, &zone)?;
                Self::Period {
                    from: period.from,
                    until: period.until,
                    from_ms: periods::start_ms(period.from, &zone)?,
                    until_ms: periods::start_ms(period.until, &zone)?,
                }
            }
            (Literal::Text(text), kind) if is_text(kind) => {
                let exact = field.case_sensitive;
                Self::Text { text: if exact { text.clone() } else { fold(text) }, exact }
            }
            _ => return None,
        })
    }

    /// How a value stands to this; `None` when they cannot be compared. Equal to a period means within it.
    pub fn order(&self, cell: &Cell) -> Option<Ordering> {
        match (cell, self) {
            (Cell::Text(text), Self::Text { text: other, exact: true }) => Some(text.as_str().cmp(other)),
            (Cell::Text(text), Self::Text { text: other, exact: false }) => Some(text.to_lowercase().cmp(other)),
            (Cell::Reference(id), Self::Id(other)) => Some(id.cmp(other)),
            (Cell::Number(number), Self::Number(other)) => number.partial_cmp(other),
            (Cell::Flag(flag), Self::Flag(other)) => Some(flag.cmp(other)),
            (Cell::Day(day), Self::Day(other)) => Some(day.cmp(other)),
            (Cell::Moment(moment), Self::Moment(other)) => Some(moment.cmp(other)),
            (Cell::Moment(moment), Self::Period { from_ms, until_ms, .. }) => Some(within(moment, from_ms, until_ms)),
            (Cell::Day(day), Self::Period { from, until, .. }) => Some(within(day, from, until)),
            _ => None,
        }
    }

    /// As a cell that an index can be asked for.
    pub fn cell(&self) -> Option<Cell> {
        match self {
            Self::Text { text, .. } => Some(Cell::text(text)),
            Self::Id(id) => Some(Cell::Reference(*id)),
            _ => None,
        }
    }
}

fn within<T: Ord>(value: &T, from: &T, until: &T) -> Ordering {
    if value < from {
        Ordering::Less
    } else if value < until {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

/// The zone of the user who asks; UTC when theirs is unknown.
fn zone(work: &Work) -> TimeZone {
    let row = work.world.rows.row("User", work.user);
    let name = row.and_then(|row| row.text("TimeZoneSidKey"));
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// `%` any run, `_` any one character, both escapable; without case.
pub fn like_pattern(pattern: &str) -> Vec<char> {
    fold(pattern).chars().collect()
}

pub fn is_like(text: &str, pattern: &[char]) -> bool {
    let text: Vec<char> = fold(text).chars().collect();
    // Where the last `%` stood and how much it has swallowed: enough to go back to, so no pattern takes long.
    let (mut at, mut in_pattern, mut anchor) = (0, 0, None);
    while at < text.len() {
        let (letter, wild, width) = match pattern.get(in_pattern..).unwrap_or_default() {
            ['\\', escaped @ ('%' | '_'), ..] => (Some(*escaped), false, 2),
            ['%', ..] => {
                anchor = Some((in_pattern + 1, at));
                in_pattern += 1;
                continue;
            }
            ['_', ..] => (None, true, 1),
            [letter, ..] => (Some(*letter), false, 1),
            [] => (None, false, 0),
        };
        if wild || letter == Some(text[at]) {
            at += 1;
            in_pattern += width;
        } else if let Some((after, swallowed)) = anchor {
            anchor = Some((after, swallowed + 1));
            at = swallowed + 1;
            in_pattern = after;
        } else {
            return false;
        }
    }
    pattern[in_pattern..].iter().all(|rest| *rest == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_runs_single_characters_and_escapes() {
        for (text, pattern, matches) in [
            ("Gateway reboots", "gateway%", true),
            ("Gateway reboots", "%way%boot_", true),
            ("Gateway reboots", "%way%boot", false),
            ("100% sure", "100\\% %", true),
            ("1000 sure", "100\\% %", false),
            ("a_b", "a\\_b", true),
            ("axb", "a\\_b", false),
            ("", "%", true),
            ("", "_", false),
            ("abcabc", "%abc", true),
        ] {
            assert_eq!(is_like(text, &like_pattern(pattern)), matches, "{text} LIKE {pattern}");
        }
        let many = "a".repeat(2_000);
        assert!(!is_like(&many, &like_pattern(&"%a".repeat(300).replace("%a%a", "%a%b"))));
    }
}
