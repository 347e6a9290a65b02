//! What a customer agrees to before the first byte.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The words to agree to; a changed word is another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentWording {
    /// Names these very words.
    pub version: String,
    /// In the customer's language.
    pub text: String,
}

/// A customer's agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Which words.
    pub wording_version: String,
    /// When.
    pub given_at: Timestamp,
    /// When it was taken back, if it was.
    pub withdrawn_at: Option<Timestamp>,
}

impl Consent {
    /// Whether it covers `wording` now.
    pub fn covers(&self, wording: &ConsentWording) -> bool {
        self.withdrawn_at.is_none() && self.wording_version == wording.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_to_other_words_or_taken_back_covers_nothing() {
        let wording = ConsentWording { version: "2".to_owned(), text: "I agree.".to_owned() };
        let given =
            Consent { wording_version: "2".to_owned(), given_at: Timestamp::from_millis(1), withdrawn_at: None };
        assert!(given.covers(&wording));
        assert!(!Consent { wording_version: "1".to_owned(), ..given.clone() }.covers(&wording));
        assert!(!Consent { withdrawn_at: Some(Timestamp::from_millis(2)), ..given }.covers(&wording));
    }
}
