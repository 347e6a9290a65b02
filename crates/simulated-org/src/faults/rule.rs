//! One rule at work: whether a request is meant, and whether it is that one's turn.

use regex::Regex;
use sha2::{Digest as _, Sha256};

use super::fault::Fault;

pub struct Rule {
    pub number: u64,
    pub fault: Fault,
    pub path: Option<Regex>,
    pub body: Option<Regex>,
    pub recipient: Option<Regex>,
    pub seen: u64,
    pub hits: u64,
}

/// A request as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// Who asks: record id, username and nickname, as far as they are known.
    pub user: &'a [String],
    /// Empty for a body that is streamed.
    pub body: &'a [u8],
}

impl Rule {
    pub fn compile(number: u64, fault: Fault) -> Result<Self, regex::Error> {
        let compile = |pattern: &Option<String>| pattern.as_deref().map(Regex::new).transpose();
        let (path, body) = (compile(&fault.when.path)?, compile(&fault.when.body)?);
        let recipient = compile(&fault.when.recipient)?;
        Ok(Self { number, fault, path, body, recipient, seen: 0, hits: 0 })
    }

    pub fn means(&self, occasion: &Occasion<'_>) -> bool {
        let when = &self.fault.when;
        when.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(occasion.method))
            && self.path.as_ref().is_none_or(|path| path.is_match(occasion.target))
            && when.sobject.as_deref().is_none_or(|name| concerns(occasion, name))
            && when.user.as_ref().is_none_or(|wanted| occasion.user.iter().any(|known| known == wanted))
            && self.body.as_ref().is_none_or(|pattern| pattern.is_match(&String::from_utf8_lossy(occasion.body)))
    }

    /// Counts a request that is meant; true when this one is struck.
    pub fn takes_its_turn(&mut self) -> bool {
        let when = &self.fault.when;
        self.seen += 1;
        let started = self.seen >= when.nth.unwrap_or(1);
        let left = match when.count {
            _ if when.always => true,
            None if when.rate.is_some() => true,
            count => self.hits < count.unwrap_or(1),
        };
        let drawn = when.rate.is_none_or(|rate| chance(when.seed, self.seen) < rate);
        let struck = started && left && drawn;
        self.hits += u64::from(struck);
        struck
    }
}

fn concerns(occasion: &Occasion<'_>, name: &str) -> bool {
    let path = occasion.target.split('?').next().unwrap_or_default();
    let mut segments = path.split('/').skip_while(|segment| *segment != "sobjects").skip(1);
    if segments.next().is_some_and(|segment| segment.eq_ignore_ascii_case(name)) {
        return true;
    }
    let said = String::from_utf8_lossy(occasion.body).to_lowercase();
    let name = name.to_lowercase();
    [format!("\"type\":\"{name}\""), format!("\"type\": \"{name}\""), format!("/sobjects/{name}/")]
        .iter()
        .any(|sign| said.contains(sign))
}

/// 0 to 1, from seed and count alone: the same run strikes the same requests.
fn chance(seed: u64, count: u64) -> f64 {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(count.to_be_bytes()).finalize();
    let high = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(high) / 2_f64.powi(32)
}
