//! What a scan found, and what that permits. Silence is never "clean".

use std::str::FromStr;

/// The verdict on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanVerdict {
    /// Nobody looked: no scanner is part of this connector.
    NotScanned,
    /// Looked at in full, nothing found.
    Clean,
    /// Something was found.
    Infected,
    /// Looked at in part, or the scanner gave up.
    NotFullyScanned,
}

impl ScanVerdict {
    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotScanned => "not_scanned",
            Self::Clean => "clean",
            Self::Infected => "infected",
            Self::NotFullyScanned => "not_fully_scanned",
        }
    }

    /// As in Salesforce's picklist.
    pub fn picklist_value(self) -> &'static str {
        match self {
            Self::NotScanned => "NotScanned",
            Self::Clean => "Clean",
            Self::Infected => "Infected",
            Self::NotFullyScanned => "NotFullyScanned",
        }
    }

    /// Whether an agent may open the file: what was found to be infected, never.
    pub fn permits_opening(self) -> bool {
        !matches!(self, Self::Infected)
    }
}

impl FromStr for ScanVerdict {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::NotScanned, Self::Clean, Self::Infected, Self::NotFullyScanned]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_infected_file_stays_shut() {
        for text in ["not_scanned", "clean", "not_fully_scanned"] {
            assert!(text.parse::<ScanVerdict>().unwrap().permits_opening());
        }
        assert!(!ScanVerdict::Infected.permits_opening());
        assert!("".parse::<ScanVerdict>().is_err());
    }
}
