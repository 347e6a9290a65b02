//! Ordered to go wrong: each rule says which request and what happens to it. Counted, so that a rule that never
//! struck shows.
//!
//! Invariants: at most one rule strikes a request, the first that matches in order of creation.

use std::sync::{Mutex, PoisonError};

use regex::Regex;
use serde::{Deserialize, Serialize};

pub mod gate;

#[derive(Default)]
pub struct Faults {
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    given: u64,
    rules: Vec<Rule>,
}

struct Rule {
    number: u64,
    fault: Fault,
    path: Option<Regex>,
    body: Option<Regex>,
    recipient: Option<Regex>,
    seen: u64,
    hits: u64,
}

/// A rule as it is posted: `{"match": {…}, "effect": {…}}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "match", default)]
    pub when: When,
    pub effect: Effect,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    pub method: Option<String>,
    /// Regular expression on path and query.
    pub path: Option<String>,
    /// Regular expression on the request body, so that one call among many alike can be meant.
    pub body: Option<String>,
    /// Mails only: regular expression on the recipient.
    pub recipient: Option<String>,
    /// Strikes from the nth matching request on; 1 is the first.
    pub nth: Option<u64>,
    /// How many requests it strikes; once when absent.
    pub count: Option<u64>,
    /// Strikes until it is removed.
    pub always: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Answered instead of the Org; nothing is done.
    Status {
        status: u16,
        #[serde(default)]
        error_code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        retry_after: Option<u64>,
        /// Some edges answer with a page instead of JSON.
        #[serde(default)]
        html: bool,
    },
    /// Waits before the request is handled.
    Delay { ms: u64 },
    /// A true TCP reset before anything is done.
    Reset,
    /// Runs the request to the end, then resets the connection, or answers `status` in its place.
    LoseAnswer {
        #[serde(default)]
        status: Option<u16>,
    },
    /// Runs the request, promises the whole body and sends only so much of it.
    Truncate { bytes: usize },
    /// Mails: this line in place of the sink's own at that stage.
    SmtpAnswer { stage: SmtpStage, answer: String },
    /// Mails: the connection ends at that stage.
    SmtpDrop { stage: SmtpStage },
    /// Mails: the message is taken, but the connection ends before the sink says so.
    SmtpLoseAnswer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpStage {
    Connect,
    Mail,
    Rcpt,
    /// The DATA command.
    Data,
    /// The end of the message.
    Message,
}

/// A rule with what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct FaultReport {
    pub number: u64,
    #[serde(flatten)]
    pub fault: Fault,
    pub hits: u64,
}

impl Fault {
    pub fn new(effect: Effect) -> Self {
        Self { name: None, when: When::default(), effect }
    }

    pub fn status(status: u16, error_code: &str, message: &str) -> Self {
        Self::new(Effect::Status {
            status,
            error_code: Some(error_code.to_owned()),
            message: Some(message.to_owned()),
            retry_after: None,
            html: false,
        })
    }

    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    pub fn lose_answer() -> Self {
        Self::new(Effect::LoseAnswer { status: None })
    }

    /// Limits the rule to a method and to targets matching a regular expression.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.when.method = Some(method.to_owned());
        self.when.path = Some(path.to_owned());
        self
    }

    #[must_use]
    pub fn body(mut self, pattern: &str) -> Self {
        self.when.body = Some(pattern.to_owned());
        self
    }

    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.when.nth = Some(nth);
        self
    }

    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.when.count = Some(count);
        self
    }

    #[must_use]
    pub fn always(mut self) -> Self {
        self.when.always = true;
        self
    }

    fn is_for_mail(&self) -> bool {
        matches!(self.effect, Effect::SmtpAnswer { .. } | Effect::SmtpDrop { .. } | Effect::SmtpLoseAnswer)
    }
}

impl Faults {
    /// Adds a rule and returns its number; an unusable regular expression is told.
    pub fn add(&self, fault: Fault) -> Result<u64, regex::Error> {
        let compile = |pattern: &Option<String>| pattern.as_deref().map(Regex::new).transpose();
        let (path, body) = (compile(&fault.when.path)?, compile(&fault.when.body)?);
        let recipient = compile(&fault.when.recipient)?;
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.given += 1;
        let number = rules.given;
        rules.rules.push(Rule { number, fault, path, body, recipient, seen: 0, hits: 0 });
        Ok(number)
    }

    pub fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).rules.clear();
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

    /// What happens to this request, if anything.
    pub fn strike(&self, method: &str, target: &str, body: &[u8]) -> Option<(u64, Effect)> {
        let body = String::from_utf8_lossy(body);
        self.first(|rule| {
            !rule.fault.is_for_mail()
                && rule.fault.when.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && rule.path.as_ref().is_none_or(|path| path.is_match(target))
                && rule.body.as_ref().is_none_or(|pattern| pattern.is_match(&body))
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
        for rule in rules.rules.iter_mut().filter(|rule| matches(rule)) {
            rule.seen += 1;
            let started = rule.seen >= rule.fault.when.nth.unwrap_or(1);
            let left = rule.fault.when.always || rule.hits < rule.fault.when.count.unwrap_or(1);
            if started && left {
                rule.hits += 1;
                return Some((rule.number, rule.fault.effect.clone()));
            }
        }
        None
    }
}
