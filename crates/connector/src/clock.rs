//! The only place that reads the time.
//!
//! Handlers and jobs ask the clock once and pass the answer on as `now`; the rules never see a clock.
//!
//! Invariants: a movable clock moves only when its owner moves it, and its monotonic reading moves with it.
//! Units: UTC milliseconds since the epoch; durations from an arbitrary start.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use secure_files::Timestamp;

#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System { started: Instant },
    Movable(Arc<AtomicI64>),
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    pub fn system() -> Self {
        Self(Source::System { started: Instant::now() })
    }

    /// A clock that stands still.
    pub fn fixed(now: Timestamp) -> Self {
        Self::movable(Arc::new(AtomicI64::new(now.as_millis())))
    }

    /// A clock that its owner moves, in epoch milliseconds.
    pub fn movable(millis: Arc<AtomicI64>) -> Self {
        Self(Source::Movable(millis))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System { .. } => Timestamp::from_millis(read_wall_clock()),
            Source::Movable(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// For measuring how long something took: never goes backwards when an administrator sets the wall clock.
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System { started } => started.elapsed(),
            Source::Movable(millis) => {
                Duration::from_millis(u64::try_from(millis.load(Ordering::SeqCst)).unwrap_or_default())
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
fn read_wall_clock() -> i64 {
    let since_epoch =
        SystemTime::now().duration_since(UNIX_EPOCH).expect("the machine's clock is set to a time after 1970");
    i64::try_from(since_epoch.as_millis()).expect("milliseconds fit 63 bits for another 292 million years")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movable_clock_shows_what_its_owner_set() {
        let millis = Arc::new(AtomicI64::new(1_000));
        let clock = Clock::movable(millis.clone());
        assert_eq!(clock.now().as_millis(), 1_000);
        let before = clock.monotonic();
        millis.fetch_add(2_500, Ordering::SeqCst);
        assert_eq!(clock.clone().now().as_millis(), 3_500);
        assert_eq!(clock.monotonic().saturating_sub(before), Duration::from_millis(2_500));
    }

    #[test]
    fn the_system_clock_is_later_than_this_product() {
        assert!(Clock::system().now().as_millis() > 1_700_000_000_000);
    }
}
