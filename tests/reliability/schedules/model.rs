//! What must be true: the reference that the real staging is held against.
//!
//! Units: bytes; epoch milliseconds.

use std::ops::AddAssign;

/// One upload as its sender and its operator may rely on it.
#[derive(Clone, Debug)]
pub struct Upload {
    pub id: String,
    pub size: usize,
    pub state: State,
    /// Everything acknowledged, in order.
    pub bytes: Vec<u8>,
    pub segments: Vec<Segment>,
    /// The request whose turn it is.
    pub holder: Option<u64>,
    pub expires_at: i64,
    /// Object and key object of the sealed file.
    pub sealed_as: Option<[String; 2]>,
}

#[derive(Clone, Debug)]
pub struct Segment {
    pub length: usize,
    pub object: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Receiving,
    Frozen,
    Sealed,
    Cancelled,
    Expired,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Frozen => "frozen",
            Self::Sealed => "sealed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl Upload {
    /// Objects that a row points to.
    pub fn objects(&self) -> impl Iterator<Item = String> {
        let segments = self.segments.iter().map(|segment| segment.object.clone());
        segments.chain(self.sealed_as.iter().flatten().cloned())
    }

    /// How many of the acknowledged bytes lie before segment `count`.
    pub fn length_of(&self, count: usize) -> usize {
        self.segments[..count].iter().map(|segment| segment.length).sum()
    }
}

/// What happened, to show that the schedules reached it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub schedules: u64,
    pub steps: u64,
    pub segments: u64,
    pub acknowledged_bytes: u64,
    pub held_up: u64,
    pub killed: u64,
    pub superseded: u64,
    pub refused: u64,
    pub given_up: u64,
    pub swept: u64,
    pub sealed: u64,
    pub passes_lost: u64,
    pub restores: u64,
    pub bytes_missing_after_restore: u64,
    pub aead_calls: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.segments += other.segments;
        self.acknowledged_bytes += other.acknowledged_bytes;
        self.held_up += other.held_up;
        self.killed += other.killed;
        self.superseded += other.superseded;
        self.refused += other.refused;
        self.given_up += other.given_up;
        self.swept += other.swept;
        self.sealed += other.sealed;
        self.passes_lost += other.passes_lost;
        self.restores += other.restores;
        self.bytes_missing_after_restore += other.bytes_missing_after_restore;
        self.aead_calls += other.aead_calls;
    }
}
