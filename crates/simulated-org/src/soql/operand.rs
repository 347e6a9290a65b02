//! What a query may compare, sort and group by: a field, a part of its date, or an aggregate over a group.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::place::Place;
use super::syntax::{Call, Expression};
use super::{malformed, place};
use crate::cell::Cell;
use crate::refused::Refused;
use crate::schema::{FieldKind, ObjectType};
use crate::work::Work;

#[derive(Clone)]
pub enum Operand<'a> {
    Field(Place<'a>),
    Date(DatePart, Place<'a>),
    Aggregate(Aggregate, Place<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    Year,
    Quarter,
    Month,
    DayInMonth,
    DayInWeek,
    DayInYear,
    DayOnly,
    Hour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Average,
    Least,
    Greatest,
}

const DATE_PARTS: [(&str, DatePart); 11] = [
    ("CALENDAR_YEAR", DatePart::Year),
    ("CALENDAR_QUARTER", DatePart::Quarter),
    ("CALENDAR_MONTH", DatePart::Month),
    ("DAY_IN_MONTH", DatePart::DayInMonth),
    ("DAY_IN_WEEK", DatePart::DayInWeek),
    ("DAY_IN_YEAR", DatePart::DayInYear),
    ("DAY_ONLY", DatePart::DayOnly),
    ("HOUR_IN_DAY", DatePart::Hour),
    ("FISCAL_YEAR", DatePart::Year),
    ("FISCAL_QUARTER", DatePart::Quarter),
    ("FISCAL_MONTH", DatePart::Month),
];

const AGGREGATES: [(&str, Aggregate); 6] = [
    ("COUNT", Aggregate::Count),
    ("COUNT_DISTINCT", Aggregate::CountDistinct),
    ("SUM", Aggregate::Sum),
    ("AVG", Aggregate::Average),
    ("MIN", Aggregate::Least),
    ("MAX", Aggregate::Greatest),
];

/// Whether an item makes its query a grouped one.
pub fn is_aggregate(value: &Expression) -> bool {
    matches!(value, Expression::Call(call) if named(&AGGREGATES, call).is_some())
}

fn named<T: Copy>(known: &[(&str, T)], call: &Call) -> Option<T> {
    known.iter().find(|(name, _)| call.name.text.eq_ignore_ascii_case(name)).map(|(_, meaning)| *meaning)
}

impl<'a> Operand<'a> {
    pub fn resolve(
        work: &Work<'a>,
        text: &str,
        object: &'a ObjectType,
        alias: Option<&str>,
        value: &Expression,
    ) -> Result<Self, Refused> {
        let call = match value {
            Expression::Path(path) => {
                return place::resolve_aliased(work, text, object, alias, path).map(Self::Field);
            }
            Expression::Call(call) => call,
        };
        let refuse = |reason: String| malformed(text, call.name.at, &reason);
        let (part, aggregate) = (named(&DATE_PARTS, call), named(&AGGREGATES, call));
        if part.is_none() && aggregate.is_none() {
            return Err(refuse(format!("the simulated org does not play {}(…)", call.name.text)));
        }
        let [Expression::Path(path)] = &call.arguments[..] else {
            return Err(refuse(format!("the simulated org plays {} of one field only", call.name.text)));
        };
        let place = place::resolve_aliased(work, text, object, alias, path)?;
        let kind = &place.field.kind;
        if let Some(part) = part {
            let hourless = matches!(part, DatePart::DayOnly | DatePart::Hour);
            return match kind {
                FieldKind::Moment => Ok(Self::Date(part, place)),
                FieldKind::Day if !hourless => Ok(Self::Date(part, place)),
                _ => Err(refuse(format!("field {} does not support date function {}", place.path(), call.name.text))),
            };
        }
        let aggregate = aggregate.unwrap_or(Aggregate::Count);
        let number = matches!(kind, FieldKind::Int | FieldKind::Number { .. });
        let fits = match aggregate {
            Aggregate::Count => place.field.filterable,
            Aggregate::CountDistinct => place.field.filterable && *kind != FieldKind::Flag,
            Aggregate::Sum | Aggregate::Average => number,
            Aggregate::Least | Aggregate::Greatest => number || matches!(kind, FieldKind::Day | FieldKind::Moment),
        };
        if !fits {
            let name = call.name.text.to_uppercase();
            return Err(refuse(format!("field {} does not support aggregate operator {name}", place.path())));
        }
        Ok(Self::Aggregate(aggregate, place))
    }

    pub fn place(&self) -> &Place<'a> {
        match self {
            Self::Field(place) | Self::Date(_, place) | Self::Aggregate(_, place) => place,
        }
    }

    /// What kind of value comes out, as fields have kinds.
    pub fn kind(&self) -> FieldKind {
        match self {
            Self::Field(place) | Self::Aggregate(Aggregate::Sum | Aggregate::Least | Aggregate::Greatest, place) => {
                place.field.kind.clone()
            }
            Self::Date(DatePart::DayOnly, _) => FieldKind::Day,
            Self::Date(..) | Self::Aggregate(Aggregate::Count | Aggregate::CountDistinct, _) => FieldKind::Int,
            Self::Aggregate(Aggregate::Average, _) => FieldKind::Number { precision: 18, scale: 8 },
        }
    }

    pub fn nillable(&self) -> bool {
        match self {
            Self::Aggregate(Aggregate::Count | Aggregate::CountDistinct, _) => false,
            Self::Aggregate(..) => true,
            Self::Field(place) | Self::Date(_, place) => place.nillable(),
        }
    }

    pub fn same_as(&self, other: &Self) -> bool {
        let same_kind = match (self, other) {
            (Self::Field(_), Self::Field(_)) => true,
            (Self::Date(one, _), Self::Date(other, _)) => one == other,
            (Self::Aggregate(one, _), Self::Aggregate(other, _)) => one == other,
            _ => false,
        };
        same_kind && self.place().same_as(other.place())
    }
}

impl DatePart {
    /// Of a date, or of an instant in UTC, which is what these functions look at.
    pub fn of(self, cell: &Cell) -> Cell {
        let (day, hour) = match cell {
            Cell::Day(day) => (*day, 0),
            Cell::Moment(moment) => {
                let Ok(instant) = Timestamp::from_millisecond(*moment) else { return Cell::Null };
                let there = instant.to_zoned(TimeZone::UTC);
                (there.date(), there.hour())
            }
            _ => return Cell::Null,
        };
        let number = |part: i16| Cell::Number(f64::from(part));
        match self {
            Self::Year => number(day.year()),
            Self::Quarter => number(i16::from((day.month() - 1) / 3 + 1)),
            Self::Month => number(i16::from(day.month())),
            Self::DayInMonth => number(i16::from(day.day())),
            Self::DayInWeek => number(i16::from(day.weekday().to_sunday_one_offset())),
            Self::DayInYear => number(Date::day_of_year(day)),
            Self::DayOnly => Cell::Day(day),
            Self::Hour => number(i16::from(hour)),
        }
    }
}
