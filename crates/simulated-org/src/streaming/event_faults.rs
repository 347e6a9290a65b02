//! Ordered to go wrong with events: delivered twice, late, or not at all. Counted like every other rule.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A rule as it is posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFault {
    pub effect: EventEffect,
    /// Only events of this channel, `/event/X__e`; any when absent.
    #[serde(default)]
    pub channel: Option<String>,
    /// How many events it strikes; one when absent.
    #[serde(default)]
    pub count: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventEffect {
    /// Comes twice with one replay id.
    Duplicate,
    /// Comes after the next event of any kind, or when released.
    Late,
    /// Comes never, and is not there to be replayed.
    Missing,
}

#[derive(Default)]
pub struct EventFaults {
    rules: Vec<(EventFault, u64)>,
    held_back: Vec<Value>,
}

/// What is handed out now, and what stays for replay.
pub struct Live {
    pub due: Vec<Value>,
    pub keep: Option<Value>,
}

impl EventFaults {
    pub fn add(&mut self, fault: EventFault) {
        self.rules.push((fault, 0));
    }

    /// Every rule with how often it struck.
    pub fn list(&self) -> &[(EventFault, u64)] {
        &self.rules
    }

    pub fn pass(&mut self, channel: &str, event: Value) -> Live {
        let matching = self.rules.iter_mut().find(|(fault, hits)| {
            fault.channel.as_deref().is_none_or(|wanted| wanted == channel) && *hits < fault.count.unwrap_or(1)
        });
        let effect = matching.map(|(fault, hits)| {
            *hits += 1;
            fault.effect
        });
        let keep = Some(event.clone());
        match effect {
            Some(EventEffect::Missing) => Live { due: Vec::new(), keep: None },
            Some(EventEffect::Late) => {
                self.held_back.push(event);
                Live { due: Vec::new(), keep }
            }
            Some(EventEffect::Duplicate) => {
                let mut due = vec![event.clone(), event];
                due.append(&mut self.held_back);
                Live { due, keep }
            }
            None => {
                let mut due = vec![event];
                due.append(&mut self.held_back);
                Live { due, keep }
            }
        }
    }

    pub fn release(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.held_back)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(effects: &[EventEffect]) -> Vec<i64> {
        let mut faults = EventFaults::default();
        for effect in effects {
            faults.add(EventFault { effect: *effect, channel: None, count: None });
        }
        let mut seen: Vec<_> = (1..=3).flat_map(|number| faults.pass("/event/X__e", json!(number)).due).collect();
        seen.extend(faults.release());
        assert!(faults.list().iter().all(|(_, hits)| *hits == 1));
        seen.iter().filter_map(Value::as_i64).collect()
    }

    #[test]
    fn events_come_twice_late_or_never_and_then_in_order_again() {
        assert_eq!(seen(&[]), [1, 2, 3]);
        assert_eq!(seen(&[EventEffect::Duplicate]), [1, 1, 2, 3]);
        assert_eq!(seen(&[EventEffect::Late]), [2, 1, 3]);
        assert_eq!(seen(&[EventEffect::Missing]), [2, 3]);
        assert_eq!(seen(&[EventEffect::Late, EventEffect::Late, EventEffect::Late]), [1, 2, 3]);
    }
}
