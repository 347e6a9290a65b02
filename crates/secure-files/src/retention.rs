//! How long a file is kept.

use std::time::Duration;

use crate::Timestamp;

/// Days from the moment a file was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Whole days of 24 hours.
    pub days: u32,
}

impl RetentionPolicy {
    /// The moment from which the file is due for erasure.
    pub fn kept_until(self, received_at: Timestamp) -> Timestamp {
        received_at.plus(Duration::from_secs(u64::from(self.days) * 86_400))
    }

    /// Whether a file received then is due now.
    pub fn is_due(self, received_at: Timestamp, now: Timestamp) -> bool {
        now >= self.kept_until(received_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_due_at_the_very_end_of_its_last_day() {
        let policy = RetentionPolicy { days: 30 };
        let received = Timestamp::from_millis(1_000);
        let last = 1_000 + 30 * 86_400_000;
        assert!(!policy.is_due(received, Timestamp::from_millis(last - 1)));
        assert!(policy.is_due(received, Timestamp::from_millis(last)));
    }
}
