//! What a scan found, and what that permits. Silence is never "clean".

use std::str::FromStr;

/// The verdict on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanVerdict {
    /// Nobody looked: no scanner is part of this connector.
    NotScanned,
    /// Looked at in full, nothing found.
    Clean,
    /// Looked at in part, or a scanner gave up.
    NotFullyScanned,
    /// Something was found.
    Infected,
}

/// Why a file could not be fully checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScanGap {
    /// A scanner could not be reached, was too slow or hung up.
    ScannerDown,
    /// A scanner did not find our own sample, so its word is worth nothing.
    NotProven,
    /// A scanner's signatures are older than the operator allows.
    OldSignatures,
    /// Larger than what a scanner takes, or was seen to look at.
    LargerThanLimit,
    /// Encrypted: nobody without the password can look.
    Encrypted,
    /// Archives in archives, deeper than is followed.
    TooDeeplyNested,
    /// More members, or more bytes when unpacked, than are followed.
    TooMuchInside,
    /// A format that nothing here opens.
    UnknownFormat,
    /// It contradicts itself or breaks off.
    Damaged,
    /// A scanner answered neither yes nor no.
    Unclear,
    /// The file ended before it was complete.
    Interrupted,
}

/// A verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOutcome {
    /// The worst that was said.
    pub verdict: ScanVerdict,
    /// The finding's name in the scanner's words, when infected.
    pub finding: Option<String>,
    /// Each reason once, in the order of [`ScanGap`].
    pub gaps: Vec<ScanGap>,
}

impl ScanVerdict {
    const ALL: [Self; 4] = [Self::NotScanned, Self::Clean, Self::NotFullyScanned, Self::Infected];

    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotScanned => "not_scanned",
            Self::Clean => "clean",
            Self::NotFullyScanned => "not_fully_scanned",
            Self::Infected => "infected",
        }
    }

    /// As in Salesforce's picklist.
    pub fn picklist_value(self) -> &'static str {
        match self {
            Self::NotScanned => "NotScanned",
            Self::Clean => "Clean",
            Self::NotFullyScanned => "NotFullyScanned",
            Self::Infected => "Infected",
        }
    }
}

impl ScanGap {
    /// The closed list.
    pub const ALL: [Self; 11] = [
        Self::ScannerDown,
        Self::NotProven,
        Self::OldSignatures,
        Self::LargerThanLimit,
        Self::Encrypted,
        Self::TooDeeplyNested,
        Self::TooMuchInside,
        Self::UnknownFormat,
        Self::Damaged,
        Self::Unclear,
        Self::Interrupted,
    ];

    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScannerDown => "scanner_down",
            Self::NotProven => "not_proven",
            Self::OldSignatures => "old_signatures",
            Self::LargerThanLimit => "larger_than_limit",
            Self::Encrypted => "encrypted",
            Self::TooDeeplyNested => "too_deeply_nested",
            Self::TooMuchInside => "too_much_inside",
            Self::UnknownFormat => "unknown_format",
            Self::Damaged => "damaged",
            Self::Unclear => "unclear",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether looking again later may answer it.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::ScannerDown | Self::NotProven | Self::OldSignatures | Self::Unclear | Self::Interrupted)
    }
}

impl ScanOutcome {
    /// What a scan begins with: nothing was found yet.
    pub fn clean() -> Self {
        Self { verdict: ScanVerdict::Clean, finding: None, gaps: Vec::new() }
    }

    /// Something was found; the first name stays.
    pub fn find(&mut self, name: String) {
        self.verdict = ScanVerdict::Infected;
        self.finding.get_or_insert(name);
    }

    /// Something was not looked at.
    pub fn add_gap(&mut self, gap: ScanGap) {
        if self.verdict == ScanVerdict::Clean {
            self.verdict = ScanVerdict::NotFullyScanned;
        }
        if let Err(at) = self.gaps.binary_search(&gap) {
            self.gaps.insert(at, gap);
        }
    }

    /// Takes what another scanner said into account.
    pub fn add(&mut self, other: Self) {
        for gap in other.gaps {
            self.add_gap(gap);
        }
        if let Some(name) = other.finding {
            self.find(name);
        }
    }

    /// Whether nothing would be gained by asking the same scanners again.
    pub fn is_final(&self) -> bool {
        self.verdict == ScanVerdict::Infected || !self.gaps.iter().copied().any(ScanGap::may_pass)
    }
}

impl FromStr for ScanVerdict {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text).ok_or(())
    }
}

impl FromStr for ScanGap {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|gap| gap.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for verdict in ScanVerdict::ALL {
            assert_eq!(verdict.as_str().parse(), Ok(verdict));
        }
        for gap in ScanGap::ALL {
            assert_eq!(gap.as_str().parse(), Ok(gap));
        }
        assert!("".parse::<ScanVerdict>().is_err());
        assert!("clean".parse::<ScanGap>().is_err());
    }

    #[test]
    fn the_worst_that_was_said_is_the_verdict() {
        let mut outcome = ScanOutcome::clean();
        assert!(outcome.is_final());
        outcome.add_gap(ScanGap::LargerThanLimit);
        outcome.add_gap(ScanGap::ScannerDown);
        outcome.add_gap(ScanGap::ScannerDown);
        assert_eq!(outcome.verdict, ScanVerdict::NotFullyScanned);
        assert_eq!(outcome.gaps, [ScanGap::ScannerDown, ScanGap::LargerThanLimit]);
        assert!(!outcome.is_final());
        let mut other = ScanOutcome::clean();
        other.find("Eicar".to_owned());
        other.add_gap(ScanGap::Encrypted);
        outcome.add(other);
        outcome.find("second".to_owned());
        assert_eq!((outcome.verdict, outcome.finding.as_deref()), (ScanVerdict::Infected, Some("Eicar")));
        assert!(outcome.is_final());
    }
}
