//! How often one link, one address and everybody together may ask.
//!
//! Kept in memory: a restart forgets, and of several connectors each counts for itself. A refused request takes
//! nothing from anybody's allowance, so hammering one's own limit cannot use up the global one.
//!
//! Invariants: the table never grows beyond [`MOST_CALLERS`]; a caller who is forgotten starts with a full allowance.
//! Units: `now` is the clock's monotonic reading; allowances are per minute and may be used at once.

use std::{collections::HashMap, net::IpAddr, sync::Mutex, time::Duration};

use secure_files::Refusal;

use crate::config::LimitsConfig;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    Request,
    /// Redeeming a link: where guessing could pay.
    Redemption,
}

pub struct Rates {
    requests: Allowances,
    redemptions: Allowances,
    used: Mutex<HashMap<(Attempt, Caller), Duration>>,
}

struct Allowances {
    per_link: u32,
    per_address: u32,
    global: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Caller {
    Everybody,
    V4([u8; 4]),
    /// The first 64 bits: what one customer of a provider gets to choose from.
    V6([u8; 8]),
    Link([u8; 16]),
}

/// About 10 MB.
const MOST_CALLERS: usize = 100_000;

const WINDOW: Duration = Duration::from_mins(1);

impl Rates {
    pub fn new(limits: &LimitsConfig) -> Self {
        Self {
            requests: Allowances {
                per_link: limits.requests_per_minute_per_link,
                per_address: limits.requests_per_minute_per_ip,
                global: limits.requests_per_minute_global,
            },
            redemptions: Allowances {
                per_link: limits.redemptions_per_minute_per_link,
                per_address: limits.redemptions_per_minute_per_ip,
                global: limits.redemptions_per_minute_global,
            },
            used: Mutex::new(HashMap::new()),
        }
    }

    /// `link` is the id of the FileRequest whose link is used or tried, once the request says which; an id that does
    /// not exist counts the same, so the answer tells nothing.
    pub fn admit(
        &self,
        attempt: Attempt,
        address: IpAddr,
        link: Option<[u8; 16]>,
        now: Duration,
    ) -> Result<(), Refusal> {
        let allowances = match attempt {
            Attempt::Request => &self.requests,
            Attempt::Redemption => &self.redemptions,
        };
        let callers = [
            Some((caller(address), allowances.per_address, "ip")),
            link.map(|link| (Caller::Link(link), allowances.per_link, "link")),
            Some((Caller::Everybody, allowances.global, "global")),
        ];
        let mut used = self.used.lock().expect("no holder of the allowances panics");
        let mut next = [None; 3];
        for (slot, asked) in next.iter_mut().zip(callers) {
            let Some((caller, per_minute, name)) = asked else { continue };
            let until = used.get(&(attempt, caller)).copied().unwrap_or_default().max(now) + WINDOW / per_minute;
            let ahead = until.saturating_sub(now);
            if ahead > WINDOW {
                metrics::counter!("casegate_refused_for_rate_total", "limit" => name).increment(1);
                return Err(Refusal::SlowDown { retry_after: ahead.saturating_sub(WINDOW) });
            }
            *slot = Some((caller, until));
        }
        for (caller, until) in next.into_iter().flatten() {
            used.insert((attempt, caller), until);
        }
        if used.len() > MOST_CALLERS {
            forget(&mut used, now);
        }
        Ok(())
    }
}

fn caller(address: IpAddr) -> Caller {
    match address.to_canonical() {
        IpAddr::V4(address) => Caller::V4(address.octets()),
        IpAddr::V6(address) => {
            let mut network = [0; 8];
            network.copy_from_slice(&address.octets()[..8]);
            Caller::V6(network)
        }
    }
}

/// First those whose allowance is full again anyway; if that is not half the table, then those nearest to it.
fn forget(used: &mut HashMap<(Attempt, Caller), Duration>, now: Duration) {
    used.retain(|_, until| *until > now);
    if used.len() > MOST_CALLERS / 2 {
        let mut times: Vec<_> = used.values().copied().collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        used.retain(|(_, caller), until| *until > median || *caller == Caller::Everybody);
    }
}

/// How slow a body may arrive before its connection is given to somebody else.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    minimum_bytes_per_second: u64,
}

impl Pace {
    const GRACE: Duration = Duration::from_secs(10);
    const LONGEST_SILENCE: Duration = Duration::from_mins(1);

    pub fn new(limits: &LimitsConfig) -> Self {
        Self { minimum_bytes_per_second: limits.minimum_bytes_per_second }
    }

    /// How long to wait for the next bytes of a body of which `received_bytes` came within `elapsed`; zero: cut it.
    pub fn patience(self, received_bytes: u64, elapsed: Duration) -> Duration {
        let earned = received_bytes
            .checked_div(self.minimum_bytes_per_second)
            .map_or(Duration::MAX, Duration::from_secs)
            .saturating_add(Self::GRACE);
        earned.saturating_sub(elapsed).min(Self::LONGEST_SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const BEN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn rates(per_link: u32, per_address: u32, global: u32) -> Rates {
        let allowances = || Allowances { per_link, per_address, global };
        Rates { requests: allowances(), redemptions: allowances(), used: Mutex::default() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_address_gets_its_allowance_at_once_and_then_by_the_minute() {
        let rates = rates(100, 6, 1000);
        let ask = |now| rates.admit(Attempt::Request, ANNA, None, now);
        for _ in 0..6 {
            ask(seconds(100)).unwrap();
        }
        assert_eq!(ask(seconds(100)), Err(Refusal::SlowDown { retry_after: seconds(10) }));
        assert_eq!(ask(seconds(103)), Err(Refusal::SlowDown { retry_after: seconds(7) }));
        ask(seconds(110)).unwrap();
        ask(seconds(111)).unwrap_err();
        rates.admit(Attempt::Request, BEN, None, seconds(111)).unwrap();
        for _ in 0..6 {
            ask(seconds(300)).unwrap();
        }
    }

    #[test]
    fn a_link_is_limited_from_whatever_address_it_is_tried() {
        let rates = rates(3, 100, 1000);
        for last in 0..3 {
            rates.admit(Attempt::Redemption, IpAddr::from([192, 0, 2, last]), Some([1; 16]), seconds(1)).unwrap();
        }
        rates.admit(Attempt::Redemption, IpAddr::from([192, 0, 2, 9]), Some([1; 16]), seconds(1)).unwrap_err();
        rates.admit(Attempt::Redemption, IpAddr::from([192, 0, 2, 9]), Some([2; 16]), seconds(1)).unwrap();
        rates.admit(Attempt::Request, IpAddr::from([192, 0, 2, 9]), Some([1; 16]), seconds(1)).unwrap();
    }

    #[test]
    fn refused_requests_use_up_nobody_elses_allowance() {
        let rates = rates(100, 2, 5);
        for _ in 0..50 {
            let _ = rates.admit(Attempt::Request, ANNA, None, seconds(1));
        }
        for _ in 0..2 {
            rates.admit(Attempt::Request, BEN, None, seconds(1)).unwrap();
        }
        let third = IpAddr::from([192, 0, 2, 3]);
        rates.admit(Attempt::Request, third, None, seconds(1)).unwrap();
        rates.admit(Attempt::Request, third, None, seconds(1)).unwrap_err();
    }

    #[test]
    fn one_network_of_ipv6_addresses_is_one_caller() {
        let rates = rates(100, 2, 1000);
        for address in ["2001:db8::1", "2001:db8::ffff:1"] {
            rates.admit(Attempt::Request, address.parse().unwrap(), None, seconds(1)).unwrap();
        }
        rates.admit(Attempt::Request, "2001:db8::2".parse().unwrap(), None, seconds(1)).unwrap_err();
        rates.admit(Attempt::Request, "2001:db8:0:1::2".parse().unwrap(), None, seconds(1)).unwrap();
    }

    #[test]
    fn a_million_addresses_do_not_grow_the_table_without_bound() {
        let rates = rates(100, 10, u32::MAX);
        for number in 0..1_000_000_u32 {
            rates.admit(Attempt::Request, IpAddr::from(number.to_be_bytes()), None, seconds(1)).unwrap();
        }
        assert!(rates.used.lock().unwrap().len() <= MOST_CALLERS);
    }

    #[test]
    fn a_body_must_keep_its_pace() {
        let pace = Pace { minimum_bytes_per_second: 100 };
        assert_eq!(pace.patience(0, seconds(0)), seconds(10));
        assert_eq!(pace.patience(0, seconds(10)), seconds(0));
        assert_eq!(pace.patience(1_000, seconds(15)), seconds(5));
        assert_eq!(pace.patience(1 << 30, seconds(15)), seconds(60), "credit does not buy a long silence");
        assert_eq!(Pace { minimum_bytes_per_second: 0 }.patience(0, seconds(500)), seconds(60));
    }
}
