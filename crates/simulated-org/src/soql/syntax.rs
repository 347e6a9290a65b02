//! What a SOQL text says, before anyone asked whether those objects and fields exist.

use jiff::civil::Date;

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub items: Vec<Item>,
    pub from: Word,
    pub from_alias: Option<Word>,
    /// `FROM Contact c, c.Account a`: where the second source stood.
    pub more_sources: Option<usize>,
    pub scope: Option<Word>,
    pub filter: Option<Condition>,
    pub groups: Vec<Expression>,
    pub having: Option<Condition>,
    pub order: Vec<Order>,
    pub limit: Option<usize>,
    pub offset: usize,
}

/// A name and where it stood, for carets in complaints.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Value(Expression, Option<Word>),
    /// `COUNT()`
    Count,
    /// `FIELDS(STANDARD)`
    Fields(FieldSet, usize),
    /// `TYPEOF What WHEN …`: where it stood.
    TypeOf(usize),
    /// `(SELECT … FROM Contacts)`
    Children(Box<Query>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSet {
    All,
    Custom,
    Standard,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Path(Path),
    Call(Call),
}

/// `MAX(CreatedDate)`. `DISTANCE` keeps none of its arguments: it is refused anyway.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub name: Word,
    pub arguments: Vec<Expression>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub parts: Vec<String>,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Expression, Test),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    Compare(Comparison, Literal),
    Like(Literal),
    In {
        negated: bool,
        literals: Vec<Literal>,
    },
    /// `IN (SELECT …)`
    Join {
        negated: bool,
        query: Box<Query>,
    },
    /// `INCLUDES ('a;b', 'c')`; negated is `EXCLUDES`.
    Includes {
        negated: bool,
        literals: Vec<Literal>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    /// Escapes resolved, save `\_` and `\%`: only `LIKE` gives those meaning.
    Text(String),
    Number(f64),
    Flag(bool),
    Day(Date),
    /// Epoch milliseconds.
    Moment(i64),
    /// `TODAY`, `LAST_N_DAYS:7`: the word in upper case, and its number.
    Period(String, i64),
    /// `USD5000`
    Currency(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub by: Expression,
    pub descending: bool,
    pub nulls_first: bool,
}

impl Expression {
    /// Where it stood in the text.
    pub fn at(&self) -> usize {
        match self {
            Self::Path(path) => path.at,
            Self::Call(call) => call.name.at,
        }
    }

    /// As it may be written, for complaints.
    pub fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.parts.join("."),
            Self::Call(call) => {
                let arguments: Vec<_> = call.arguments.iter().map(Self::shown).collect();
                format!("{}({})", call.name.text, arguments.join(", "))
            }
        }
    }
}
