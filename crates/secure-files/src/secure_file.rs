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

    /// Whether an agent with access may open it. What was infected stays shut; what could not be fully checked is opened
    /// by whoever says why.
    pub fn may_open(self, verdict: ScanVerdict, reason: Option<&str>) -> Result<(), Refusal> {
        match (self, verdict) {
            (Self::Erased, _) => Err(Refusal::NotFound),
            (Self::Held, ScanVerdict::Infected) => Err(Refusal::NotClean),
            (Self::Held, ScanVerdict::NotFullyScanned) if reason.is_none_or(|reason| reason.trim().is_empty()) => {
                Err(Refusal::ReasonNeeded)
            }
            (Self::Held, _) => Ok(()),
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
        let held = SecureFileState::Held;
        for verdict in [ScanVerdict::NotScanned, ScanVerdict::Clean] {
            assert_eq!(held.may_open(verdict, None), Ok(()));
        }
        assert_eq!(held.may_open(ScanVerdict::Infected, Some("I want to")), Err(Refusal::NotClean));
        assert_eq!(SecureFileState::Erased.may_open(ScanVerdict::Clean, None), Err(Refusal::NotFound));
    }

    #[test]
    fn what_could_not_be_fully_checked_is_opened_for_a_reason() {
        let held = SecureFileState::Held;
        assert_eq!(held.may_open(ScanVerdict::NotFullyScanned, None), Err(Refusal::ReasonNeeded));
        assert_eq!(held.may_open(ScanVerdict::NotFullyScanned, Some("  ")), Err(Refusal::ReasonNeeded));
        assert_eq!(held.may_open(ScanVerdict::NotFullyScanned, Some("the customer is on the phone")), Ok(()));
    }
}
