//! What a SOQL text says, before anyone asked whether those objects and fields exist.

use jiff::civil::Date;

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub items: Vec<Item>,
    pub from: Word,
    pub filter: Option<Condition>,
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
    Path(Path),
    /// `COUNT()`
    Count,
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
    Test(Path, Test),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    Compare(Comparison, Literal),
    Like(String),
    In { negated: bool, literals: Vec<Literal> },
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
    Text(String),
    Number(f64),
    Flag(bool),
    Day(Date),
    /// Epoch milliseconds.
    Moment(i64),
    /// `TODAY`, `YESTERDAY`, `LAST_N_DAYS:7`: how many days it starts before today, and how many it spans.
    Days {
        ago: i64,
        span: i64,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub path: Path,
    pub descending: bool,
    pub nulls_first: bool,
}
