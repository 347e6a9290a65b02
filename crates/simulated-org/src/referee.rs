//! What a real Org would never accept, or what nobody may send it: kept until the end of a test, which then fails with
//! one sentence for each.
//!
//! A test that provokes something on purpose says so with [`Referee::expects`]; what was announced but did not happen
//! is an offence too.

mod judgement;
mod marks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

pub use judgement::verdict;
pub use marks::Marks;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offence {
    /// A route or object that no Org has.
    UnknownRoute,
    /// A field that does not exist, or that we may not see.
    UnknownField,
    /// A route that exists, asked with a method that it does not know.
    WrongMethod,
    /// A body that does not say what it is.
    MissingContentType,
    /// A second row where the first should have been found: by its external id, or by its text in the same feed.
    SecondInsert,
    /// More calls than the journey may need.
    OverBudget,
    /// Bytes of a customer's file, or a secret, in a request.
    Leak,
    /// A fault that was planted but never struck.
    UnusedFault,
}

/// A request as the referee sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub has_body: bool,
    /// Whether it said what its body is.
    pub content_type: bool,
    /// Empty when it was streamed.
    pub body: Bytes,
}

#[derive(Default)]
pub struct Referee {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    marks: Marks,
    found: BTreeMap<Offence, Vec<String>>,
    expected: BTreeSet<Offence>,
    calls: u64,
    budget: Option<u64>,
    /// What was sent before a mark became known.
    payloads: Vec<(String, Bytes)>,
    payload_bytes: usize,
}

/// Payloads are kept up to this size together; later ones are searched for the marks known by then only.
const MOST_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

impl Referee {
    /// From now on, and in what was sent so far, nothing may hold this text: plain, in hexadecimal or in base64.
    pub fn forbid(&self, name: &str, text: &str) {
        let mut state = self.lock();
        let mark = Marks::of(name, text);
        let places: Vec<String> = state
            .payloads
            .iter()
            .filter(|(_, payload)| !mark.found_in(payload).is_empty())
            .map(|(place, _)| place.clone())
            .collect();
        for place in places {
            state.note(Offence::Leak, format!("{place} holds {name}"));
        }
        state.marks.extend(mark);
    }

    /// The most calls below `/services/` that this Org is to get.
    pub fn budget(&self, calls: u64) {
        self.lock().budget = Some(calls);
    }

    /// How many calls below `/services/` this Org got.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// This test provokes that on purpose: it must happen.
    pub fn expects(&self, offence: Offence) {
        self.lock().expected.insert(offence);
    }

    /// How often that has happened.
    pub fn count(&self, offence: Offence) -> usize {
        self.lock().found.get(&offence).map_or(0, Vec::len)
    }

    pub fn marks(&self) -> Marks {
        self.lock().marks.clone()
    }

    /// Something that the tests themselves found.
    pub fn note(&self, offence: Offence, sentence: String) {
        self.lock().note(offence, sentence);
    }

    /// Judges a request by itself; `found` are the marks seen while its body was read.
    pub fn asked(&self, asked: &Asked, found: &[String]) {
        let place = format!("{} {}", asked.method, path_of(&asked.target));
        let mut state = self.lock();
        for name in found {
            state.note(Offence::Leak, format!("{place} holds {name}"));
        }
        // A form writes a blank as `+`; base64 means it.
        let both = format!("{}\n{}", asked.target, asked.target.replace('+', " "));
        let query = percent_encoding::percent_decode_str(&both).collect::<Vec<u8>>();
        for name in state.marks.found_in(&query) {
            state.note(Offence::Leak, format!("the address of {place} holds {name}"));
        }
        if !asked.target.starts_with("/services/") {
            return;
        }
        state.calls += 1;
        if asked.has_body && !asked.content_type {
            state.note(Offence::MissingContentType, format!("{place} has a body without Content-Type"));
        }
        if state.payload_bytes + asked.body.len() + query.len() <= MOST_PAYLOAD_BYTES {
            state.payload_bytes += asked.body.len() + query.len();
            state.payloads.push((place.clone(), asked.body.clone()));
            state.payloads.push((format!("the address of {place}"), query.into()));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, offence: Offence, sentence: String) {
        let sentences = self.found.entry(offence).or_default();
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
}

fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}
