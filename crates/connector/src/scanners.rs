//! Malware scanners: several may look at every file, and each is believed only as far as it was seen to find.
//!
//! Invariants: a file is clean when every scanner looked at all of it and found nothing, below the size up to which that
//! scanner found our own sample in this hour; whatever else happens, it is *could not be fully checked*, with the reason.

mod conversation;
mod scan;
mod self_test;
mod stream;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use inspection::scanner::icap::Service;
use secure_files::{ScanGap, Timestamp};

use crate::config::ScannerConfig;

pub use scan::Scan;
pub use self_test::SelfTest;

/// One scanner of the configuration.
pub struct Scanner {
    /// As the operator calls it.
    pub name: String,
    pub protocol: Protocol,
    pub place: Place,
    /// Largest stream it takes, bytes; its own limit must not be smaller.
    pub max_bytes: u64,
    /// Longest time without progress.
    pub patience: Duration,
    /// Oldest signatures whose word counts; scanners that do not tell an age are not held to it.
    pub signatures_good_for: Duration,
    /// What the last self-test showed; `None`: it failed, or was not tried yet.
    tested: RwLock<Option<SelfTest>>,
}

#[derive(Clone, Debug)]
pub enum Protocol {
    Clamd,
    Icap(Service),
}

#[derive(Clone, Debug)]
pub enum Place {
    Socket(PathBuf),
    /// Host and port.
    Tcp(String),
}

/// All scanners; none: nobody looks.
#[derive(Clone, Default)]
pub struct Scanners(Arc<[Scanner]>);

impl Scanner {
    pub fn new(config: ScannerConfig) -> Self {
        let ScannerConfig { name, protocol, place, max_bytes, timeout, signatures_good_for } = config;
        Self { name, protocol, place, max_bytes, patience: timeout, signatures_good_for, tested: RwLock::new(None) }
    }

    /// Largest file of which its "nothing found" is believed, bytes.
    pub fn believed_bytes(&self) -> u64 {
        self.tested().map_or(0, |test| test.proven_bytes)
    }

    /// Whether its word counts for a file of that size; the reason if not.
    fn is_believed(&self, size_bytes: u64, now: Timestamp) -> Result<(), ScanGap> {
        let test = self.tested().filter(|test| test.proven_bytes > 0).ok_or(ScanGap::NotProven)?;
        if test.signatures_made.is_some_and(|made| now.since(made) > self.signatures_good_for) {
            return Err(ScanGap::OldSignatures);
        }
        if size_bytes > test.proven_bytes { Err(ScanGap::LargerThanLimit) } else { Ok(()) }
    }

    /// What the last self-test showed.
    pub fn tested(&self) -> Option<SelfTest> {
        self.tested.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Scanners {
    pub fn new(scanners: Vec<Scanner>) -> Self {
        Self(scanners.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Engines and signatures that look now, for the record; `None`: nobody looks.
    pub fn engines(&self) -> Option<String> {
        let engines: Vec<_> = self.0.iter().filter_map(Scanner::tested).map(|test| test.engine).collect();
        (!engines.is_empty()).then(|| engines.join(", "))
    }

    pub fn all(&self) -> &[Scanner] {
        &self.0
    }

    /// A scan of a file of that size by every scanner.
    pub async fn begin(&self, size_bytes: u64, now: Timestamp) -> Scan {
        Scan::begin(self.clone(), size_bytes, now).await
    }
}
