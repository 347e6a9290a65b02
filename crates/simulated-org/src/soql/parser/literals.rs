//! Numbers, dates, texts and date words.
//!
//! Format: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE".

use jiff::Timestamp;
use jiff::civil::Date;

use super::Parser;
use crate::refused::Refused;
use crate::soql::lexer::TokenKind;
use crate::soql::periods;
use crate::soql::syntax::Literal;

impl Parser<'_> {
    pub(super) fn literal(&mut self) -> Result<Literal, Refused> {
        let literal = match &self.peek().kind {
            TokenKind::Text(text) => Some(Literal::Text(text.clone())),
            TokenKind::Figure(figure) => figure_literal(figure),
            TokenKind::Word(word) => match word.to_uppercase().as_str() {
                "NULL" => Some(Literal::Null),
                "TRUE" => Some(Literal::Flag(true)),
                "FALSE" => Some(Literal::Flag(false)),
                upper if periods::PLAIN.contains(&upper) => Some(Literal::Period(upper.to_owned(), 0)),
                upper if periods::COUNTED.contains(&upper) => return self.counted_period(upper.to_owned()),
                upper => is_currency(upper).then(|| Literal::Currency(upper.to_owned())),
            },
            _ => None,
        };
        let literal = literal.ok_or_else(|| self.unexpected())?;
        self.next += 1;
        // `USD10.5` comes in two pieces.
        if matches!(literal, Literal::Currency(_)) && self.take_sign(".") {
            self.count()?;
        }
        Ok(literal)
    }

    fn counted_period(&mut self, word: String) -> Result<Literal, Refused> {
        self.next += 1;
        self.sign(":")?;
        let count = i64::try_from(self.count()?).map_err(|_| self.unexpected())?;
        Ok(Literal::Period(word, count))
    }

    pub(super) fn count(&mut self) -> Result<usize, Refused> {
        let TokenKind::Figure(figure) = &self.peek().kind else { return Err(self.unexpected()) };
        let digits = figure.bytes().all(|digit| digit.is_ascii_digit());
        let count = figure.parse().ok().filter(|_| digits).ok_or_else(|| self.unexpected())?;
        self.next += 1;
        Ok(count)
    }

    pub(super) fn figure(&mut self) -> Result<(), Refused> {
        let TokenKind::Figure(figure) = &self.peek().kind else { return Err(self.unexpected()) };
        if !is_number(figure) {
            return Err(self.unexpected());
        }
        self.next += 1;
        Ok(())
    }
}

/// `-5`, `0.25`: digits on both sides of the point, no plus, no exponent.
fn is_number(figure: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let unsigned = figure.strip_prefix('-').unwrap_or(figure);
    match unsigned.split_once('.') {
        Some((whole, rest)) => digits(whole) && digits(rest),
        None => digits(unsigned),
    }
}

fn is_currency(word: &str) -> bool {
    let (code, amount) = word.split_at_checked(3).unwrap_or_default();
    let digits = !amount.is_empty() && amount.bytes().all(|digit| digit.is_ascii_digit());
    digits && code.bytes().all(|letter| letter.is_ascii_uppercase())
}

fn figure_literal(figure: &str) -> Option<Literal> {
    if is_number(figure) {
        return figure.parse().ok().map(Literal::Number);
    }
    if figure.len() == 10 {
        return figure.parse::<Date>().ok().map(Literal::Day);
    }
    // `2026-11-21T16:18:12Z`, with up to three decimals, and `+01:00` in the place of `Z`.
    let (date, time) = figure.split_once('T').filter(|(date, _)| date.len() == 10)?;
    let zone = time.find(['Z', '+', '-'])?;
    let (time, zone) = time.split_at(zone);
    let (whole, decimals) = time.split_once('.').unwrap_or((time, "0"));
    let zone_fits = zone == "Z" || (zone.len() == 6 && zone.as_bytes()[3] == b':');
    if whole.len() != 8 || !(1..=3).contains(&decimals.len()) || !zone_fits {
        return None;
    }
    let moment: Timestamp = format!("{date}T{time}{zone}").parse().ok()?;
    Some(Literal::Moment(moment.as_millisecond()))
}
