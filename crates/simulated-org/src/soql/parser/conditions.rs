//! The conditions of WHERE and HAVING.

use super::{Parser, Role};
use crate::refused::Refused;
use crate::soql::lexer::TokenKind;
use crate::soql::malformed;
use crate::soql::syntax::{Comparison, Condition, Literal, Test};

impl Parser<'_> {
    /// One NOT, or units joined by one and the same connective.
    pub(super) fn condition(&mut self) -> Result<Condition, Refused> {
        if self.take_keyword("NOT") {
            return Ok(Condition::Not(Box::new(self.unit()?)));
        }
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
            let inner = self.nested(Self::condition)?;
            self.sign(")")?;
            return Ok(inner);
        }
        let value = self.expression()?;
        let test = self.test()?;
        Ok(Condition::Test(value, test))
    }

    fn test(&mut self) -> Result<Test, Refused> {
        if self.take_keyword("LIKE") {
            return self.literal().map(Test::Like);
        }
        let negated = self.take_keyword("NOT");
        if negated || self.at_keyword("IN") {
            self.keyword("IN")?;
            if self.sign_ahead(0, "(") && self.word_ahead(1, "SELECT") {
                let query = self.nested(|parser| parser.parenthesised(Role::SemiJoin))?;
                return Ok(Test::Join { negated, query: Box::new(query) });
            }
            return Ok(Test::In { negated, literals: self.literals()? });
        }
        for (keyword, negated) in [("INCLUDES", false), ("EXCLUDES", true)] {
            if self.take_keyword(keyword) {
                return Ok(Test::Includes { negated, literals: self.literals()? });
            }
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
        let at = self.peek().at;
        let literal = self.literal()?;
        // Wildcards are escaped for LIKE; anywhere else the backslash is a mistake.
        if matches!(&literal, Literal::Text(text) if text.contains("\\_") || text.contains("\\%")) {
            let reason = "Invalid string literal: illegal character sequence in string literal";
            return Err(malformed(self.text, at, reason));
        }
        Ok(Test::Compare(comparison, literal))
    }

    fn literals(&mut self) -> Result<Vec<Literal>, Refused> {
        self.sign("(")?;
        let literals = self.list(Self::literal)?;
        self.sign(")")?;
        Ok(literals)
    }
}
