//! Ordered to go wrong: each rule says which request and what happens to it. Counted, so that a rule that never
//! struck shows.
//!
//! Invariants: at most one rule strikes a request, the first that matches in order of creation; rules about the reading
//! of a body strike before all others.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

mod answers;
pub mod fault;
pub mod gate;
mod reading;
mod rule;

pub use fault::{Effect, Fault, SmtpStage, When};
pub use rule::Occasion;
use rule::Rule;

#[derive(Default)]
pub struct Faults {
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    given: u64,
    rules: Vec<Rule>,
}

/// A rule with what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct FaultReport {
    pub number: u64,
    #[serde(flatten)]
    pub fault: Fault,
    pub hits: u64,
}

impl Faults {
    /// Adds a rule and returns its number; an unusable regular expression is told.
    pub fn add(&self, fault: Fault) -> Result<u64, regex::Error> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let number = rules.given + 1;
        let rule = Rule::compile(number, fault)?;
        rules.given = number;
        rules.rules.push(rule);
        Ok(number)
    }

    pub fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).rules.clear();
    }

    /// Ends one rule; false when there is none of that number.
    pub fn remove(&self, number: u64) -> bool {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rules.rules.len();
        rules.rules.retain(|rule| rule.number != number);
        rules.rules.len() < before
    }

    pub fn list(&self) -> Vec<FaultReport> {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let report = |rule: &Rule| FaultReport { number: rule.number, fault: rule.fault.clone(), hits: rule.hits };
        rules.rules.iter().map(report).collect()
    }

    /// Rules that never struck: a test that planted one proved nothing.
    pub fn unused(&self) -> Vec<FaultReport> {
        self.list().into_iter().filter(|report| report.hits == 0).collect()
    }

    /// What happens while this request's body is read, if anything.
    pub fn strike_upload(&self, occasion: &Occasion<'_>) -> Option<(u64, Effect)> {
        self.first(|rule| rule.fault.effect.is_for_upload() && rule.means(occasion))
    }

    /// What happens to this request, if anything.
    pub fn strike(&self, occasion: &Occasion<'_>) -> Option<(u64, Effect)> {
        self.first(|rule| {
            let effect = &rule.fault.effect;
            !effect.is_for_mail() && !effect.is_for_upload() && rule.means(occasion)
        })
    }

    /// What happens to a mail at a stage. Before RCPT no recipient is known, so only rules without one match.
    pub fn strike_mail(&self, stage: SmtpStage, recipients: &[String]) -> Option<Effect> {
        let struck = self.first(|rule| {
            let here = match rule.fault.effect {
                Effect::SmtpAnswer { stage: wanted, .. } | Effect::SmtpDrop { stage: wanted } => wanted == stage,
                Effect::SmtpLoseAnswer => stage == SmtpStage::Message,
                _ => false,
            };
            here && rule.recipient.as_ref().is_none_or(|wanted| recipients.iter().any(|to| wanted.is_match(to)))
        });
        struck.map(|(_, effect)| effect)
    }

    fn first(&self, matches: impl Fn(&Rule) -> bool) -> Option<(u64, Effect)> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let meant = rules.rules.iter_mut().filter(|rule| matches(rule));
        for rule in meant {
            if rule.takes_its_turn() {
                return Some((rule.number, rule.fault.effect.clone()));
            }
        }
        None
    }
}
