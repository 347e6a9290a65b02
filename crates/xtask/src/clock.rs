//! The one place of the task runner that reads the time.

use std::time::{Duration, Instant};

/// Starts a stop-watch; calling the result reads it.
#[expect(clippy::disallowed_methods, reason = "a task runner measures real time; the product takes it as an argument")]
pub fn stopwatch() -> impl Fn() -> Duration {
    let start = Instant::now();
    move || start.elapsed()
}

/// `2 min 05 s`, `7.4 s`.
pub fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}
