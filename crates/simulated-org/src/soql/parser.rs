//! Recursive descent over SOQL tokens.
//!
//! Invariants: AND and OR never mix at one level without parentheses; what is not simulated is refused by name.

use jiff::Timestamp;
use jiff::civil::Date;

use super::lexer::{Token, TokenKind, tokens};
use super::malformed;
use super::syntax::{Comparison, Condition, Item, Literal, Order, Path, Query, Test, Word};
use crate::refused::Refused;

pub fn parse(text: &str) -> Result<Query, Refused> {
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0 };
    let query = parser.query()?;
    match parser.peek().kind {
        TokenKind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

/// Real SOQL that this Org does not play. Naming it beats a puzzling syntax error.
const NOT_SIMULATED: [&str; 7] = ["GROUP", "HAVING", "USING", "FOR", "WITH", "TYPEOF", "UPDATE"];
const DATE_WORDS: [(&str, i64, i64); 5] =
    [("TODAY", 0, 1), ("YESTERDAY", 1, 1), ("TOMORROW", -1, 1), ("LAST_90_DAYS", 90, 91), ("NEXT_90_DAYS", -1, 90)];

impl Parser<'_> {
    fn query(&mut self) -> Result<Query, Refused> {
        self.keyword("SELECT")?;
        let mut items = vec![self.item()?];
        while self.take_sign(",") {
            items.push(self.item()?);
        }
        self.keyword("FROM")?;
        let from = self.word()?;
        let mut query = Query { items, from, filter: None, order: Vec::new(), limit: None, offset: 0 };
        if self.take_keyword("WHERE") {
            query.filter = Some(self.condition()?);
        }
        if self.take_keyword("ORDER") {
            self.keyword("BY")?;
            query.order.push(self.order()?);
            while self.take_sign(",") {
                query.order.push(self.order()?);
            }
        }
        if self.take_keyword("LIMIT") {
            query.limit = Some(self.count()?);
        }
        if self.take_keyword("OFFSET") {
            query.offset = self.count()?;
            if query.offset > 2_000 {
                return Err(Refused::bad("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"));
            }
        }
        Ok(query)
    }

    fn item(&mut self) -> Result<Item, Refused> {
        if self.peek().kind == TokenKind::Sign("(") {
            return Err(self.not_simulated("a child subquery"));
        }
        let path = self.path()?;
        if !self.take_sign("(") {
            return Ok(Item::Path(path));
        }
        if path.parts.len() == 1 && path.parts[0].eq_ignore_ascii_case("COUNT") && self.take_sign(")") {
            return Ok(Item::Count);
        }
        Err(self.not_simulated(&format!("{}(…)", path.parts.join("."))))
    }

    /// `unit`, or units joined by one and the same connective.
    fn condition(&mut self) -> Result<Condition, Refused> {
        let first = self.unit()?;
        for (connective, other, join) in
            [("AND", "OR", Condition::All as fn(Vec<Condition>) -> Condition), ("OR", "AND", Condition::Any)]
        {
            if !self.at_keyword(connective) {
                continue;
            }
            let mut units = vec![first];
            while self.take_keyword(connective) {
                units.push(self.unit()?);
            }
            if self.at_keyword(other) {
                return Err(self.unexpected());
            }
            return Ok(join(units));
        }
        Ok(first)
    }

    fn unit(&mut self) -> Result<Condition, Refused> {
        if self.take_sign("(") {
            let inner = self.condition()?;
            self.sign(")")?;
            return Ok(inner);
        }
        if self.take_keyword("NOT") {
            return Ok(Condition::Not(Box::new(self.unit()?)));
        }
        let path = self.path()?;
        let test = self.test()?;
        Ok(Condition::Test(path, test))
    }

    fn test(&mut self) -> Result<Test, Refused> {
        if self.take_keyword("LIKE") {
            let TokenKind::Text(pattern) = self.peek().kind.clone() else { return Err(self.unexpected()) };
            self.next += 1;
            return Ok(Test::Like(pattern));
        }
        let negated = self.take_keyword("NOT");
        if negated || self.at_keyword("IN") {
            self.keyword("IN")?;
            self.sign("(")?;
            if self.at_keyword("SELECT") {
                return Err(self.not_simulated("a semi-join"));
            }
            let mut literals = vec![self.literal()?];
            while self.take_sign(",") {
                literals.push(self.literal()?);
            }
            self.sign(")")?;
            return Ok(Test::In { negated, literals });
        }
        if self.at_keyword("INCLUDES") || self.at_keyword("EXCLUDES") {
            return Err(self.not_simulated("INCLUDES and EXCLUDES"));
        }
        let TokenKind::Sign(sign) = self.peek().kind else { return Err(self.unexpected()) };
        let comparison = match sign {
            "=" => Comparison::Equal,
            "!=" | "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(Test::Compare(comparison, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal, Refused> {
        let literal = match &self.peek().kind {
            TokenKind::Text(text) => Some(Literal::Text(text.clone())),
            TokenKind::Figure(figure) => figure_literal(figure),
            TokenKind::Word(word) => match word.to_uppercase().as_str() {
                "NULL" => Some(Literal::Null),
                "TRUE" => Some(Literal::Flag(true)),
                "FALSE" => Some(Literal::Flag(false)),
                "LAST_N_DAYS" => return self.last_days(),
                upper => DATE_WORDS
                    .iter()
                    .find(|(word, _, _)| *word == upper)
                    .map(|(_, ago, span)| Literal::Days { ago: *ago, span: *span }),
            },
            _ => None,
        };
        let literal = literal.ok_or_else(|| self.unexpected())?;
        self.next += 1;
        Ok(literal)
    }

    fn last_days(&mut self) -> Result<Literal, Refused> {
        self.next += 1;
        self.sign(":")?;
        let days = i64::try_from(self.count()?).map_err(|_| self.unexpected())?;
        Ok(Literal::Days { ago: days, span: days + 1 })
    }

    fn order(&mut self) -> Result<Order, Refused> {
        let path = self.path()?;
        let descending = self.take_keyword("DESC");
        if !descending {
            self.take_keyword("ASC");
        }
        let mut nulls_first = !descending;
        if self.take_keyword("NULLS") {
            nulls_first = self.take_keyword("FIRST");
            if !nulls_first {
                self.keyword("LAST")?;
            }
        }
        Ok(Order { path, descending, nulls_first })
    }

    fn path(&mut self) -> Result<Path, Refused> {
        let first = self.word()?;
        let mut parts = vec![first.text];
        while self.take_sign(".") {
            parts.push(self.word()?.text);
        }
        Ok(Path { parts, at: first.at })
    }

    fn word(&mut self) -> Result<Word, Refused> {
        let token = self.peek();
        let (TokenKind::Word(text), at) = (token.kind.clone(), token.at) else { return Err(self.unexpected()) };
        if NOT_SIMULATED.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Err(self.not_simulated(&text.to_uppercase()));
        }
        self.next += 1;
        Ok(Word { text, at })
    }

    fn count(&mut self) -> Result<usize, Refused> {
        let TokenKind::Figure(figure) = &self.peek().kind else { return Err(self.unexpected()) };
        let count = figure.parse().map_err(|_| self.unexpected())?;
        self.next += 1;
        Ok(count)
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.next]
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.next += usize::from(found);
        found
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), Refused> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn take_sign(&mut self, sign: &'static str) -> bool {
        let found = self.peek().kind == TokenKind::Sign(sign);
        self.next += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Refused> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Refused {
        let token = self.peek();
        let shown = match &token.kind {
            TokenKind::Word(text) | TokenKind::Figure(text) | TokenKind::Text(text) => text.as_str(),
            TokenKind::Sign(sign) => sign,
            TokenKind::End => "<EOF>",
        };
        if let TokenKind::Word(word) = &token.kind
            && NOT_SIMULATED.iter().any(|known| word.eq_ignore_ascii_case(known))
        {
            return self.not_simulated(&word.to_uppercase());
        }
        malformed(self.text, token.at, &format!("unexpected token: '{shown}'"))
    }

    fn not_simulated(&self, what: &str) -> Refused {
        malformed(self.text, self.peek().at, &format!("the simulated org does not play {what}"))
    }
}

fn figure_literal(figure: &str) -> Option<Literal> {
    if let Ok(number) = figure.parse::<f64>() {
        return Some(Literal::Number(number));
    }
    if figure.len() == 10 {
        return figure.parse::<Date>().ok().map(Literal::Day);
    }
    // A date and time needs its zone: `Z` or an offset.
    figure.parse::<Timestamp>().ok().map(|moment| Literal::Moment(moment.as_millisecond()))
}
