//! What a file is called after real scanners, and unreliable ones, have looked at it. Never clean by mistake.

#![expect(clippy::unwrap_used, reason = "what is missing fails the story, with its place")]

mod check_config;
mod eicar;
mod journey;
mod unreliable;

use connector::scanners::{Scanner, Scanners};
use secure_files::{ScanOutcome, Timestamp};

/// Two days after nothing in particular.
const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

/// Tries the scanner, then scans.
async fn scanned(scanner: Scanner, pieces: impl Iterator<Item = Vec<u8>>, size: u64) -> ScanOutcome {
    let scanners = Scanners::new(vec![scanner]);
    let _ = scanners.all().first().unwrap().test_itself().await;
    scan(&scanners, pieces, size).await
}

async fn scan(scanners: &Scanners, pieces: impl Iterator<Item = Vec<u8>>, size: u64) -> ScanOutcome {
    let mut scan = scanners.begin(size, NOW).await;
    for piece in pieces {
        scan.update(&piece).await;
    }
    scan.finish().await
}
