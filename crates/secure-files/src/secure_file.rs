//! A sealed file: held until it is erased, and erased for good.

use std::str::FromStr;

use crate::{Refusal, ScanVerdict};

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecureFileState {
    /// In the vault.
    Held,
    /// Its keys are destroyed.
    Erased,
}

impl SecureFileState {
    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Erased => "erased",
        }
    }

    /// Whether an agent with access may open it.
    pub fn may_open(self, verdict: ScanVerdict) -> Result<(), Refusal> {
        match self {
            Self::Erased => Err(Refusal::NotFound),
            Self::Held if verdict.permits_opening() => Ok(()),
            Self::Held => Err(Refusal::NotClean),
        }
    }
}

impl FromStr for SecureFileState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Held, Self::Erased].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erased_file_is_not_there_and_an_infected_one_not_opened() {
        assert_eq!(SecureFileState::Held.may_open(ScanVerdict::NotScanned), Ok(()));
        assert_eq!(SecureFileState::Held.may_open(ScanVerdict::Infected), Err(Refusal::NotClean));
        assert_eq!(SecureFileState::Erased.may_open(ScanVerdict::Clean), Err(Refusal::NotFound));
    }
}
