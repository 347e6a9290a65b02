//! Dates, times and sizes as people in each language write them.
//!
//! Units: in: UTC timestamps and bytes; out: the operator's time zone, decimal units (1 kB = 1000 bytes).

use jiff::{civil::Date, tz::TimeZone};
use secure_files::Timestamp;

use super::words::{FormatWords, fill};

pub(super) struct LocalTime {
    pub date: String,
    /// `16:05`
    pub time: String,
    /// `CET`
    pub zone: String,
}

pub(super) fn long_date(words: &FormatWords, date: Date) -> String {
    let day = if date.day() == 1 { words.first_day.clone() } else { date.day().to_string() };
    let month = &words.months[usize::from(date.month().unsigned_abs()) - 1];
    fill(&words.date, &[("day", &day), ("month", month), ("year", &date.year().to_string())])
}

pub(super) fn local_time(words: &FormatWords, zone: &TimeZone, at: Timestamp) -> LocalTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::MAX).to_zoned(zone.clone());
    LocalTime {
        date: long_date(words, at.date()),
        time: format!("{:02}:{:02}", at.hour(), at.minute()),
        zone: at.strftime("%Z").to_string(),
    }
}

/// Three digits at most before the unit, one after the separator; bytes exactly.
pub(super) fn size(words: &FormatWords, bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} {}", words.units[0]);
    }
    // In tenths, in integers: a size is never shown as a rounded-up neighbour of the next unit.
    let mut tenths = u128::from(bytes) * 10 / 1000;
    let mut unit = 1;
    while tenths >= 10_000 && unit + 1 < words.units.len() {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}{}{} {}", tenths / 10, words.decimal, tenths % 10, words.units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{language::Language, mail::words::words};

    fn format(language: Language) -> &'static FormatWords {
        &words(language).format
    }

    #[test]
    fn dates_are_written_out_in_each_language() {
        let date = jiff::civil::date(2027, 3, 1);
        assert_eq!(long_date(format(Language::English), date), "1 March 2027");
        assert_eq!(long_date(format(Language::German), date), "1. März 2027");
        assert_eq!(long_date(format(Language::French), date), "1er mars 2027");
        assert_eq!(long_date(format(Language::French), jiff::civil::date(2026, 12, 24)), "24 décembre 2026");
    }

    #[test]
    fn times_are_the_operators_local_ones_in_summer_and_in_winter() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let shown = |millis| {
            let time = local_time(format(Language::English), &berlin, Timestamp::from_millis(millis));
            format!("{} {} {}", time.date, time.time, time.zone)
        };
        assert_eq!(shown(1_795_277_892_000), "21 November 2026 17:18 CET");
        assert_eq!(shown(1_782_864_000_000), "1 July 2026 02:00 CEST");
    }

    #[test]
    fn sizes_have_one_decimal_and_the_languages_units() {
        for (bytes, english, french) in [
            (0, "0 bytes", "0 octets"),
            (999, "999 bytes", "999 octets"),
            (1_000, "1.0 kB", "1,0 ko"),
            (999_999, "999.9 kB", "999,9 ko"),
            (1_250_000, "1.2 MB", "1,2 Mo"),
            (45_097_156_608, "45.0 GB", "45,0 Go"),
            (u64::MAX, "18446744.0 TB", "18446744,0 To"),
        ] {
            assert_eq!(size(format(Language::English), bytes), english);
            assert_eq!(size(format(Language::French), bytes), french);
        }
    }
}
