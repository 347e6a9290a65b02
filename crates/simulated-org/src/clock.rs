//! What time it is in the Org: a base clock that the caller supplies, plus what `/__sim/clock` added.
//!
//! Units: epoch milliseconds, UTC.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where an Org takes its time from; tests hand in their own.
pub type BaseClock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> BaseClock {
    #[expect(clippy::disallowed_methods, reason = "the simulator's one place that reads the time")]
    Arc::new(|| jiff::Timestamp::now().as_millisecond())
}

pub struct OrgClock {
    base: BaseClock,
    advanced_ms: AtomicI64,
}

impl OrgClock {
    pub fn new(base: BaseClock) -> Self {
        Self { base, advanced_ms: AtomicI64::new(0) }
    }

    pub fn now(&self) -> i64 {
        (self.base)() + self.advanced_ms.load(Ordering::SeqCst)
    }

    pub fn advance(&self, by_ms: i64) {
        self.advanced_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}
