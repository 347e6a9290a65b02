//! CPU time of the running thread, as a measurement for Criterion and for ratios.

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use rustix::time::{ClockId, clock_gettime};

pub struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        now()
    }

    fn end(&self, started: Duration) -> Duration {
        since(started)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_secs_f64() * 1e9
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// The smallest ratio of CPU time would flatter, the mean would measure the neighbours: this is the median over rounds
/// that run one directly after the other.
pub fn ratio(mut ours: impl FnMut() -> Duration, mut bare: impl FnMut()) -> f64 {
    let mut ratios: Vec<f64> = (0..201)
        .map(|_| {
            let spent = ours();
            let started = now();
            bare();
            spent.as_secs_f64() / since(started).as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Time that `work` took.
pub fn timed(work: impl FnOnce()) -> Duration {
    let started = now();
    work();
    since(started)
}

fn since(started: Duration) -> Duration {
    now().checked_sub(started).expect("CPU time only grows")
}

fn now() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("CPU time is not negative")
}
