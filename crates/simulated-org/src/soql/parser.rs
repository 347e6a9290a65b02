//! Recursive descent over SOQL tokens: the clauses of a query.
//!
//! The whole language is read, so that a query which this Org does not play is refused by name and not as a puzzle.
//!
//! Invariants: AND and OR never mix at one level without parentheses, and NOT stands alone at its level; nesting is
//! bounded, so no text can exhaust the stack.

use super::lexer::{Token, TokenKind, tokens};
use super::malformed;
use super::syntax::{Call, Expression, FieldSet, Item, Order, Path, Query, Word};
use crate::lies::{self, Lie};
use crate::refused::Refused;

mod conditions;
mod literals;

/// Longer texts are refused. [documented: SOQL statements hold at most 100,000 characters]
const MAX_CHARACTERS: usize = 100_000;
/// How deep parentheses, calls and subqueries may nest.
const MAX_DEPTH: usize = 60;
const MAX_OFFSET: usize = 2_000;

pub fn parse(text: &str) -> Result<Query, Refused> {
    if text.chars().count() > MAX_CHARACTERS {
        let message = format!("SOQL statements cannot be longer than {MAX_CHARACTERS} characters.");
        return Err(Refused::bad("MALFORMED_QUERY", message));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0 };
    let query = parser.query(Role::Outermost)?;
    match parser.peek().kind {
        TokenKind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

/// Where a query stands decides which clauses it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Outermost,
    Children,
    SemiJoin,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

/// Words that cannot name anything. [measured: Salesforce's own grammar]
const RESERVED: [&str; 31] = [
    "AND", "AS", "ASC", "BIND", "BY", "CUBE", "DESC", "ELSE", "EXCLUDES", "FALSE", "FIRST", "FOR", "FROM", "HAVING",
    "IN", "INCLUDES", "LAST", "LIKE", "LIMIT", "LOOKUP", "NOT", "NULL", "NULLS", "OR", "ROLLUP", "SELECT", "TRUE",
    "UPDATE", "USING", "WHERE", "WITH",
];
const SCOPES: [&str; 7] =
    ["delegated", "everything", "mine", "mine_and_my_groups", "my_territory", "my_team_territory", "team"];

impl Parser<'_> {
    fn query(&mut self, role: Role) -> Result<Query, Refused> {
        self.keyword("SELECT")?;
        let items = self.items()?;
        self.keyword("FROM")?;
        let from = self.word()?;
        let from_alias = self.source_alias()?;
        let mut more_sources = None;
        while self.at_sign(",") {
            more_sources.get_or_insert(self.peek().at);
            self.next += 1;
            self.path()?;
            self.source_alias()?;
        }
        let mut query = Query {
            items,
            from,
            from_alias,
            more_sources,
            scope: None,
            filter: None,
            groups: Vec::new(),
            having: None,
            order: Vec::new(),
            limit: None,
            offset: 0,
        };
        if self.take_keyword("USING") {
            self.keyword("SCOPE")?;
            let scope = self.word()?;
            if !SCOPES.iter().any(|known| scope.text.eq_ignore_ascii_case(known)) {
                return Err(malformed(self.text, scope.at, &format!("unknown scope: '{}'", scope.text)));
            }
            query.scope = Some(scope);
        }
        if self.take_keyword("WHERE") {
            query.filter = Some(self.condition()?);
        }
        if self.at_keyword("WITH") {
            return Err(self.not_simulated("WITH"));
        }
        if role == Role::SemiJoin {
            return Ok(query);
        }
        if self.take_two("GROUP", "BY") {
            if let Some(totals) = ["ROLLUP", "CUBE"].into_iter().find(|word| self.at_keyword(word)) {
                return Err(self.not_simulated(totals));
            }
            query.groups = self.list(Self::expression)?;
            if self.take_keyword("HAVING") {
                query.having = Some(self.condition()?);
            }
        }
        if self.take_two("ORDER", "BY") {
            query.order = self.list(Self::order)?;
        }
        if self.take_keyword("LIMIT") {
            query.limit = Some(self.count()?);
        }
        if self.take_keyword("OFFSET") {
            query.offset = self.count()?;
            if query.offset > MAX_OFFSET {
                let message = format!("Maximum SOQL offset allowed is {MAX_OFFSET}");
                return Err(Refused::bad("NUMBER_OUTSIDE_VALID_RANGE", message));
            }
        }
        // Both only mark records as seen by a person; nothing here shows that.
        if self.take_keyword("FOR") && !self.take_keyword("VIEW") {
            self.keyword(lies::instead(Lie::ForUpdate, "REFERENCE", "UPDATE"))?;
        }
        if self.at_keyword("UPDATE") {
            return Err(self.not_simulated("UPDATE"));
        }
        Ok(query)
    }

    fn items(&mut self) -> Result<Vec<Item>, Refused> {
        let counts = self.at_keyword("COUNT") && self.sign_ahead(1, "(") && self.sign_ahead(2, ")");
        if counts {
            self.next += 3;
            if self.at_sign(",") {
                return Err(count_stands_alone(self.text, self.peek().at));
            }
            return Ok(vec![Item::Count]);
        }
        self.list(Self::item)
    }

    fn item(&mut self) -> Result<Item, Refused> {
        if self.at_sign("(") {
            let query = self.nested(|parser| parser.parenthesised(Role::Children))?;
            return self.unnamed(Item::Children(Box::new(query)));
        }
        let at = self.peek().at;
        if self.at_keyword("TYPEOF") && matches!(self.ahead(1), TokenKind::Word(_)) && !self.word_ahead(1, "FROM") {
            let item = self.type_of(at)?;
            return self.unnamed(item);
        }
        if self.at_keyword("FIELDS") {
            self.keyword("FIELDS")?;
            self.sign("(")?;
            let word = self.word()?;
            let set = match word.text.to_uppercase().as_str() {
                "ALL" => FieldSet::All,
                "CUSTOM" => FieldSet::Custom,
                "STANDARD" => FieldSet::Standard,
                _ => return Err(malformed(self.text, word.at, "FIELDS takes ALL, CUSTOM or STANDARD")),
            };
            self.sign(")")?;
            return self.unnamed(Item::Fields(set, at));
        }
        let value = self.expression()?;
        let alias = if self.at_name() { Some(self.word()?) } else { None };
        Ok(Item::Value(value, alias))
    }

    /// An item that takes no alias.
    fn unnamed(&self, item: Item) -> Result<Item, Refused> {
        if self.at_name() {
            return Err(malformed(self.text, self.peek().at, "only aggregate expressions use field aliasing"));
        }
        Ok(item)
    }

    /// `TYPEOF What WHEN Account THEN Phone, Name ELSE Name END`
    fn type_of(&mut self, at: usize) -> Result<Item, Refused> {
        self.keyword("TYPEOF")?;
        self.path()?;
        self.keyword("WHEN")?;
        loop {
            self.word()?;
            self.keyword("THEN")?;
            self.list(Self::path)?;
            if !self.take_keyword("WHEN") {
                break;
            }
        }
        if self.take_keyword("ELSE") {
            self.list(Self::path)?;
        }
        self.keyword("END")?;
        Ok(Item::TypeOf(at))
    }

    /// `Case c`, `Case AS c`; a word that opens the next clause is no alias.
    fn source_alias(&mut self) -> Result<Option<Word>, Refused> {
        if self.take_keyword("AS") {
            return self.word().map(Some);
        }
        let clause = (self.at_keyword("OFFSET") && matches!(self.ahead(1), TokenKind::Figure(_)))
            || ["GROUP", "ORDER"].iter().any(|word| self.at_keyword(word) && self.word_ahead(1, "BY"));
        if clause || !self.at_name() { Ok(None) } else { self.word().map(Some) }
    }

    fn parenthesised(&mut self, role: Role) -> Result<Query, Refused> {
        self.sign("(")?;
        let query = self.query(role)?;
        self.sign(")")?;
        Ok(query)
    }

    /// A field path, or a call with at least one argument.
    fn expression(&mut self) -> Result<Expression, Refused> {
        let path = self.path()?;
        if path.parts.len() > 1 || !self.at_sign("(") {
            return Ok(Expression::Path(path));
        }
        let name = Word { text: path.parts[0].clone(), at: path.at };
        if name.text.eq_ignore_ascii_case("DISTANCE") {
            return self.distance(name);
        }
        self.sign("(")?;
        let arguments = self.nested(|parser| parser.list(Self::expression))?;
        self.sign(")")?;
        Ok(Expression::Call(Call { name, arguments }))
    }

    /// `DISTANCE(Place__c, GEOLOCATION(48.1, 11.6), 'km')`
    fn distance(&mut self, name: Word) -> Result<Expression, Refused> {
        self.sign("(")?;
        self.path()?;
        self.sign(",")?;
        if self.at_keyword("GEOLOCATION") && self.sign_ahead(1, "(") {
            self.next += 2;
            self.figure()?;
            self.sign(",")?;
            self.figure()?;
            self.sign(")")?;
        } else {
            self.path()?;
        }
        self.sign(",")?;
        let TokenKind::Text(_) = self.peek().kind else { return Err(self.unexpected()) };
        self.next += 1;
        self.sign(")")?;
        Ok(Expression::Call(Call { name, arguments: Vec::new() }))
    }

    fn order(&mut self) -> Result<Order, Refused> {
        let by = self.expression()?;
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
        Ok(Order { by, descending, nulls_first })
    }

    /// Names joined by dots, with no space around them.
    fn path(&mut self) -> Result<Path, Refused> {
        let first = self.word()?;
        let mut end = first.at + first.text.len();
        let mut parts = vec![first.text];
        while self.at_sign(".") && self.peek().at == end {
            self.next += 1;
            if self.peek().at != end + 1 {
                return Err(self.unexpected());
            }
            let part = self.word()?;
            end = part.at + part.text.len();
            parts.push(part.text);
        }
        Ok(Path { parts, at: first.at })
    }

    fn word(&mut self) -> Result<Word, Refused> {
        if !self.at_name() {
            return Err(self.unexpected());
        }
        let token = self.peek();
        let (TokenKind::Word(text), at) = (token.kind.clone(), token.at) else { return Err(self.unexpected()) };
        self.next += 1;
        Ok(Word { text, at })
    }

    fn list<T>(&mut self, each: impl Fn(&mut Self) -> Result<T, Refused>) -> Result<Vec<T>, Refused> {
        let mut list = vec![each(self)?];
        while self.take_sign(",") {
            list.push(each(self)?);
        }
        Ok(list)
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Refused>) -> Result<T, Refused> {
        if self.depth == MAX_DEPTH {
            return Err(malformed(self.text, self.peek().at, "the query is nested too deeply"));
        }
        self.depth += 1;
        let outcome = inner(self);
        self.depth -= 1;
        outcome
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.next]
    }

    fn ahead(&self, by: usize) -> &TokenKind {
        self.tokens.get(self.next + by).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn sign_ahead(&self, by: usize, sign: &'static str) -> bool {
        *self.ahead(by) == TokenKind::Sign(sign)
    }

    fn word_ahead(&self, by: usize, word: &str) -> bool {
        matches!(self.ahead(by), TokenKind::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// Whether a word stands here that may be a name.
    fn at_name(&self) -> bool {
        let TokenKind::Word(text) = &self.peek().kind else { return false };
        !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        self.word_ahead(0, keyword)
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.next += usize::from(found);
        found
    }

    fn take_two(&mut self, first: &str, second: &str) -> bool {
        let found = self.at_keyword(first) && self.word_ahead(1, second);
        self.next += 2 * usize::from(found);
        found
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), Refused> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn at_sign(&self, sign: &'static str) -> bool {
        self.sign_ahead(0, sign)
    }

    fn take_sign(&mut self, sign: &'static str) -> bool {
        let found = self.at_sign(sign);
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
        malformed(self.text, token.at, &format!("unexpected token: '{shown}'"))
    }

    fn not_simulated(&self, what: &str) -> Refused {
        malformed(self.text, self.peek().at, &format!("the simulated org does not play {what}"))
    }
}

pub fn count_stands_alone(text: &str, at: usize) -> Refused {
    malformed(text, at, "COUNT() stands alone")
}
