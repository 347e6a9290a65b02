//! What time it is in the Org: a base clock that the caller supplies, plus what `/__sim/clock` added.
//!
//! Units: epoch milliseconds, UTC.

use std::sync::Arc;

use tokio::sync::watch;

/// Where an Org takes its time from; tests hand in their own.
pub type BaseClock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> BaseClock {
    #[expect(clippy::disallowed_methods, reason = "the simulator's one place that reads the time")]
    Arc::new(|| jiff::Timestamp::now().as_millisecond())
}

pub struct OrgClock {
    base: BaseClock,
    advanced_ms: watch::Sender<i64>,
}

impl OrgClock {
    pub fn new(base: BaseClock) -> Self {
        Self { base, advanced_ms: watch::Sender::new(0) }
    }

    pub fn now(&self) -> i64 {
        (self.base)() + *self.advanced_ms.borrow()
    }

    pub fn advance(&self, by_ms: i64) {
        self.advanced_ms.send_modify(|advanced| *advanced += by_ms);
    }

    /// Tells when somebody advanced the clock.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.advanced_ms.subscribe()
    }
}
