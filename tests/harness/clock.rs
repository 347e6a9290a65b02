//! One time for everybody: connector and Orgs read it, only the test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// 2026-11-21T16:18:12Z.
const BEGINNING: i64 = 1_795_277_892_000;

#[derive(Clone)]
pub struct StoryClock(Arc<AtomicI64>);

impl StoryClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(BEGINNING)))
    }

    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("stories last less than an age");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn advance_to(&self, millis: i64) {
        self.0.fetch_max(millis, Ordering::SeqCst);
    }

    pub fn connectors(&self) -> connector::clock::Clock {
        connector::clock::Clock::movable(self.0.clone())
    }

    pub fn orgs(&self) -> Arc<dyn Fn() -> i64 + Send + Sync> {
        let millis = self.0.clone();
        Arc::new(move || millis.load(Ordering::SeqCst))
    }
}
