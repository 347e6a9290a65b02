//! How long to wait before the same call again, and when to stop.
//!
//! What happened decides, how often it happened stretches, chance spreads: many clients that failed together must not come
//! back together. A create whose outcome is unknown is never among what is repeated: look for it by its external id.

use std::time::Duration;

use crate::error::{Obstacle, OrgError};

/// What one obstacle is worth: the first pause, the longest, and how many times in all the call is sent.
struct Patience {
    first: Duration,
    longest: Duration,
    attempts: u32,
}

/// The pause before a call is sent again that has failed `attempts` times; `None` when it should not be. `chance` is a
/// random byte. Never shorter than the Org's own wish; about twice as long each time.
pub fn pause(failure: &OrgError, attempts: u32, chance: u8) -> Option<Duration> {
    let OrgError::RetryLater { after, obstacle, .. } = failure else { return None };
    let patience = patience(*obstacle);
    if attempts >= patience.attempts {
        return None;
    }
    let doubled = patience.first.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let whole = doubled.min(patience.longest);
    let jittered = whole / 2 + whole / 2 * u32::from(chance) / 255;
    let least = if *obstacle == Obstacle::RowLocked { Duration::ZERO } else { *after };
    // The Org's wish is the same for everybody, so chance comes on top of it.
    Some(jittered.max(least + least / 4 * u32::from(chance) / 255))
}

/// Repeats a call that cannot do harm until it succeeds or [`pause`] says to stop. `chance` draws a random byte, `wait`
/// lets the time pass.
pub async fn patiently<T>(
    mut call: impl AsyncFnMut() -> Result<T, OrgError>,
    mut chance: impl FnMut() -> u8,
    mut wait: impl AsyncFnMut(Duration),
) -> Result<T, OrgError> {
    let mut attempts = 0;
    loop {
        let failure = match call().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        attempts += 1;
        match pause(&failure, attempts, chance()) {
            Some(pause) => wait(pause).await,
            None => return Err(failure),
        }
    }
}

fn patience(obstacle: Obstacle) -> Patience {
    let seconds = Duration::from_secs;
    match obstacle {
        Obstacle::RowLocked => Patience { first: Duration::from_millis(250), longest: seconds(5), attempts: 5 },
        Obstacle::QueryBroken => Patience { first: seconds(1), longest: seconds(5), attempts: 3 },
        Obstacle::TooManyAtOnce => Patience { first: seconds(10), longest: seconds(120), attempts: 6 },
        Obstacle::Unreachable => Patience { first: seconds(1), longest: seconds(120), attempts: 8 },
        // Whoever waits for hours is a job with a row of its own, not a call.
        Obstacle::AllowanceSpent => Patience { first: seconds(900), longest: seconds(3600), attempts: 3 },
        Obstacle::HeldBack => Patience { first: seconds(1), longest: seconds(60), attempts: 8 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(obstacle: Obstacle, after_seconds: u64) -> OrgError {
        let after = Duration::from_secs(after_seconds);
        OrgError::RetryLater { after, obstacle, reason: String::new(), source: None }
    }

    #[test]
    fn a_locked_row_is_tried_five_times_within_seconds() {
        let pauses: Vec<_> = (1..=5).map(|attempts| pause(&failure(Obstacle::RowLocked, 2), attempts, 255)).collect();
        let millis = |ms| Some(Duration::from_millis(ms));
        assert_eq!(pauses, [millis(250), millis(500), millis(1000), millis(2000), None]);
        assert_eq!(pause(&failure(Obstacle::RowLocked, 2), 1, 0), millis(125));
    }

    #[test]
    fn a_pause_grows_is_bounded_and_never_shorter_than_the_orgs_wish() {
        let at = |attempts, chance| pause(&failure(Obstacle::Unreachable, 1), attempts, chance).unwrap();
        for attempts in 2..8 {
            assert!(at(attempts, 128) > at(attempts - 1, 128), "attempt {attempts}");
        }
        assert!(at(7, 255) <= Duration::from_mins(2));
        for chance in [0, 255] {
            let wished = pause(&failure(Obstacle::Unreachable, 300), 1, chance).unwrap();
            assert!((300..=375).contains(&wished.as_secs()), "{wished:?}");
        }
    }

    #[test]
    fn an_unknown_outcome_and_a_refusal_are_never_repeated() {
        let unknown = OrgError::OutcomeUnknown { reason: String::new(), source: None };
        assert_eq!(pause(&unknown, 1, 0), None);
        assert_eq!(pause(&OrgError::fix("INVALID_FIELD", ""), 1, 0), None);
    }

    #[tokio::test]
    async fn patience_ends_with_the_last_failure_or_the_first_success() {
        let mut calls = 0;
        let mut waited = Vec::new();
        let outcome = patiently(
            async || {
                calls += 1;
                if calls < 3 { Err(failure(Obstacle::RowLocked, 2)) } else { Ok(calls) }
            },
            || 255,
            async |pause| waited.push(pause.as_millis()),
        );
        assert_eq!(outcome.await.unwrap(), 3);
        assert_eq!(waited, [250, 500]);

        let mut calls = 0;
        let outcome = patiently(
            async || {
                calls += 1;
                Err::<(), _>(failure(Obstacle::QueryBroken, 2))
            },
            || 0,
            async |_| {},
        );
        outcome.await.unwrap_err();
        assert_eq!(calls, 3);
    }
}
