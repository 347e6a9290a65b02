//! The EICAR test file before real scanners: alone, in archives, and anywhere in a file larger than a scanner takes.

use std::time::Duration;

use harness::scanners::{self, CLAMD_TAKES_BYTES, Clamd, Icap};
use inspection::scanner::sample;
use secure_files::{ScanGap, ScanVerdict};

use crate::{scan, scanned};
use connector::scanners::Scanners;

const PATIENCE: Duration = Duration::from_mins(2);
const MIB: u64 = 1024 * 1024;

fn clamd() -> connector::scanners::Scanner {
    scanners::open(&Clamd::shared().address(), CLAMD_TAKES_BYTES, PATIENCE)
}

/// Bytes that are no archive and repeat nothing, with the test file at `place`.
fn filler(size: u64, place: Option<u64>) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let marker = sample::test_file();
    (0..size.div_ceil(MIB)).map(move |block| {
        let start = block * MIB;
        let mut bytes = Vec::with_capacity(1 << 20);
        while bytes.len() < 1 << 20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.extend_from_slice(&state.to_be_bytes());
        }
        bytes.truncate(usize::try_from((size - start).min(MIB)).unwrap());
        if let Some(place) = place {
            for (at, byte) in marker.iter().enumerate() {
                let position = place + at as u64;
                if (start..start + bytes.len() as u64).contains(&position) {
                    bytes[usize::try_from(position - start).unwrap()] = *byte;
                }
            }
        }
        bytes
    })
}

#[tokio::test]
async fn clamd_proves_itself_up_to_its_limit_and_then_nothing_found_is_clean() {
    let scanner = clamd();
    let test = scanner.test_itself().await.unwrap();
    assert_eq!(test.proven_bytes, CLAMD_TAKES_BYTES, "{test:?}");
    assert!(test.engine.starts_with("ClamAV "), "{test:?}");
    let scanners = Scanners::new(vec![scanner]);
    for size in [0, 1, 5 * MIB] {
        let outcome = scan(&scanners, filler(size, None), size).await;
        assert_eq!(outcome.verdict, ScanVerdict::Clean, "{size}: {outcome:?}");
    }
    let found = scan(&scanners, std::iter::once(sample::test_file()), 68).await;
    assert_eq!(found.verdict, ScanVerdict::Infected);
    assert!(found.finding.unwrap().starts_with("Eicar-"));
}

#[tokio::test]
async fn a_scanner_that_takes_less_than_it_is_given_is_believed_only_that_far() {
    let generous = scanners::open(&Clamd::shared().address(), 4 * CLAMD_TAKES_BYTES, PATIENCE);
    let test = generous.test_itself().await.unwrap();
    assert_eq!(test.proven_bytes, CLAMD_TAKES_BYTES, "the largest size of the test below its limit");
    let size = CLAMD_TAKES_BYTES + MIB;
    let outcome = scan(&Scanners::new(vec![generous]), filler(size, None), size).await;
    assert_eq!((outcome.verdict, outcome.gaps), (ScanVerdict::NotFullyScanned, vec![ScanGap::LargerThanLimit]));
}

#[tokio::test]
async fn it_is_found_anywhere_in_a_file_of_many_parts_and_such_a_file_is_never_clean() {
    let full = std::env::var_os("CASEGATE_TEST_FULL").is_some();
    let size = if full { 10 * 1024 * MIB } else { 192 * MIB };
    let border = CLAMD_TAKES_BYTES - 34;
    for place in [0, border, size / 2, size - 68] {
        let outcome = scanned(clamd(), filler(size, Some(place)), size).await;
        assert_eq!(outcome.verdict, ScanVerdict::Infected, "{place}: {outcome:?}");
    }
    let outcome = scanned(clamd(), filler(size, None), size).await;
    assert_eq!((outcome.verdict, outcome.gaps), (ScanVerdict::NotFullyScanned, vec![ScanGap::LargerThanLimit]));
}

#[tokio::test]
async fn an_icap_service_is_believed_as_far_as_it_finds() {
    let scanner = scanners::open(&Icap::shared().address(), 16 * MIB, PATIENCE);
    let test = scanner.test_itself().await.unwrap();
    assert!((64 * 1024..16 * MIB).contains(&test.proven_bytes), "its own limit is 6 MiB: {test:?}");
    let proven = test.proven_bytes;
    let scanners = Scanners::new(vec![scanner]);
    let found = scan(&scanners, std::iter::once(sample::test_file()), 68).await;
    assert_eq!(found.verdict, ScanVerdict::Infected, "{found:?}");
    assert!(found.finding.unwrap().starts_with("Eicar"));
    let small = scan(&scanners, filler(1_000, None), 1_000).await;
    assert_eq!(small.verdict, ScanVerdict::Clean, "{small:?}");
    let large = scan(&scanners, filler(proven + MIB, None), proven + MIB).await;
    assert_eq!(large.verdict, ScanVerdict::NotFullyScanned, "{large:?}");
}

#[tokio::test]
async fn the_worst_of_several_answers_counts() {
    let icap = scanners::open(&Icap::shared().address(), 16 * MIB, PATIENCE);
    let both = Scanners::new(vec![clamd(), icap]);
    for scanner in both.all() {
        scanner.test_itself().await.unwrap();
    }
    let size = 12 * MIB;
    let outcome = scan(&both, filler(size, None), size).await;
    assert_eq!(outcome.verdict, ScanVerdict::NotFullyScanned, "only one of them took it whole: {outcome:?}");
    assert!(both.engines().unwrap().contains("ClamAV"));
    let untested = Scanners::new(vec![clamd()]);
    let outcome = scan(&untested, filler(10, None), 10).await;
    assert_eq!(outcome.gaps, [ScanGap::NotProven]);
    assert!(!outcome.is_final());
}
