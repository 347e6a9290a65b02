//! Date words: which days `THIS_QUARTER` and `LAST_N_DAYS:7` mean today, in the user's time zone.
//!
//! Format: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE". Weeks start on Sunday and the fiscal
//! year is the calendar year, as in an Org whose admin changed neither.

use jiff::Span;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

pub const PLAIN: [&str; 23] = [
    "YESTERDAY",
    "TODAY",
    "TOMORROW",
    "LAST_WEEK",
    "THIS_WEEK",
    "NEXT_WEEK",
    "LAST_MONTH",
    "THIS_MONTH",
    "NEXT_MONTH",
    "LAST_90_DAYS",
    "NEXT_90_DAYS",
    "THIS_QUARTER",
    "LAST_QUARTER",
    "NEXT_QUARTER",
    "THIS_YEAR",
    "LAST_YEAR",
    "NEXT_YEAR",
    "THIS_FISCAL_QUARTER",
    "LAST_FISCAL_QUARTER",
    "NEXT_FISCAL_QUARTER",
    "THIS_FISCAL_YEAR",
    "LAST_FISCAL_YEAR",
    "NEXT_FISCAL_YEAR",
];

pub const COUNTED: [&str; 21] = [
    "LAST_N_DAYS",
    "NEXT_N_DAYS",
    "N_DAYS_AGO",
    "LAST_N_WEEKS",
    "NEXT_N_WEEKS",
    "N_WEEKS_AGO",
    "LAST_N_MONTHS",
    "NEXT_N_MONTHS",
    "N_MONTHS_AGO",
    "LAST_N_QUARTERS",
    "NEXT_N_QUARTERS",
    "N_QUARTERS_AGO",
    "LAST_N_YEARS",
    "NEXT_N_YEARS",
    "N_YEARS_AGO",
    "LAST_N_FISCAL_QUARTERS",
    "NEXT_N_FISCAL_QUARTERS",
    "N_FISCAL_QUARTERS_AGO",
    "LAST_N_FISCAL_YEARS",
    "NEXT_N_FISCAL_YEARS",
    "N_FISCAL_YEARS_AGO",
];

/// From a day until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub until: Date,
}

/// `None` when the count leads beyond the calendar.
pub fn period(word: &str, count: i64, now_ms: i64, zone: &TimeZone) -> Option<Period> {
    let today = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(zone.clone()).date();
    let word = word.replace("FISCAL_", "");
    let unit = Unit::of(&word)?;
    let this = unit.start(today)?;
    // Counted days run up to and with today; other counted units end where the present one starts.
    let (from, units) = match word.as_str() {
        "LAST_90_DAYS" => (-90, 91),
        "NEXT_90_DAYS" => (1, 90),
        "LAST_N_DAYS" => (count.checked_neg()?, count.checked_add(1)?),
        "YESTERDAY" => (-1, 1),
        "TOMORROW" => (1, 1),
        word if word.starts_with("LAST_N_") => (count.checked_neg()?, count),
        word if word.starts_with("NEXT_N_") => (1, count),
        word if word.starts_with("N_") => (count.checked_neg()?, 1),
        word if word.starts_with("LAST_") => (-1, 1),
        word if word.starts_with("NEXT_") => (1, 1),
        _ => (0, 1),
    };
    let from = this.checked_add(unit.times(from)?).ok()?;
    Some(Period { from, until: from.checked_add(unit.times(units)?).ok()? })
}

/// The first instant of a day, as epoch milliseconds.
pub fn start_ms(day: Date, zone: &TimeZone) -> Option<i64> {
    Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn of(word: &str) -> Option<Self> {
        let named = [
            ("WEEK", Self::Week),
            ("MONTH", Self::Month),
            ("QUARTER", Self::Quarter),
            ("YEAR", Self::Year),
            ("DAY", Self::Day),
            ("TOMORROW", Self::Day),
        ];
        named.into_iter().find(|(part, _)| word.contains(part)).map(|(_, unit)| unit)
    }

    fn start(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            Self::Week if day.weekday() == Weekday::Sunday => Some(day),
            Self::Week => day.nth_weekday(-1, Weekday::Sunday).ok(),
            Self::Month => Some(day.first_of_month()),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok(),
            Self::Year => Some(day.first_of_year()),
        }
    }

    fn times(self, count: i64) -> Option<Span> {
        match self {
            Self::Day => Span::new().try_days(count).ok(),
            Self::Week => Span::new().try_weeks(count).ok(),
            Self::Month => Span::new().try_months(count).ok(),
            Self::Quarter => Span::new().try_months(count.checked_mul(3)?).ok(),
            Self::Year => Span::new().try_years(count).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 is a Saturday; it is 16:18 in UTC.
    const NOW_MS: i64 = 1_795_277_892_345;

    #[test]
    fn every_date_word_means_its_days() {
        for (word, count, from, until) in [
            ("TODAY", 0, "2026-11-21", "2026-11-22"),
            ("YESTERDAY", 0, "2026-11-20", "2026-11-21"),
            ("TOMORROW", 0, "2026-11-22", "2026-11-23"),
            ("THIS_WEEK", 0, "2026-11-15", "2026-11-22"),
            ("LAST_WEEK", 0, "2026-11-08", "2026-11-15"),
            ("NEXT_WEEK", 0, "2026-11-22", "2026-11-29"),
            ("LAST_MONTH", 0, "2026-10-01", "2026-11-01"),
            ("THIS_QUARTER", 0, "2026-10-01", "2027-01-01"),
            ("NEXT_FISCAL_QUARTER", 0, "2027-01-01", "2027-04-01"),
            ("LAST_YEAR", 0, "2025-01-01", "2026-01-01"),
            ("LAST_90_DAYS", 0, "2026-08-23", "2026-11-22"),
            ("NEXT_90_DAYS", 0, "2026-11-22", "2027-02-20"),
            ("LAST_N_DAYS", 7, "2026-11-14", "2026-11-22"),
            ("NEXT_N_DAYS", 2, "2026-11-22", "2026-11-24"),
            ("N_DAYS_AGO", 2, "2026-11-19", "2026-11-20"),
            ("LAST_N_WEEKS", 2, "2026-11-01", "2026-11-15"),
            ("N_MONTHS_AGO", 1, "2026-10-01", "2026-11-01"),
            ("LAST_N_QUARTERS", 2, "2026-04-01", "2026-10-01"),
            ("N_FISCAL_YEARS_AGO", 1, "2025-01-01", "2026-01-01"),
        ] {
            let expected = Period { from: from.parse().unwrap(), until: until.parse().unwrap() };
            assert_eq!(period(word, count, NOW_MS, &TimeZone::UTC), Some(expected), "{word}:{count}");
        }
        let all = PLAIN.iter().chain(&COUNTED);
        assert!(all.into_iter().all(|word| period(word, 3, NOW_MS, &TimeZone::UTC).is_some()));
        assert_eq!(period("LAST_N_YEARS", i64::MAX, NOW_MS, &TimeZone::UTC), None);
    }

    #[test]
    fn days_are_those_of_the_users_zone() {
        let zone = TimeZone::get("Pacific/Auckland").unwrap();
        let today = period("TODAY", 0, NOW_MS, &zone).unwrap();
        assert_eq!(today.from.to_string(), "2026-11-22");
        assert_eq!(start_ms(today.from, &zone), Some(1_795_258_800_000));
    }
}
