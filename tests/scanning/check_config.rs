//! What `casegate check-config` says of real scanners.

use std::time::Duration;

use connector::check_config::scanner::check_scanner;
use harness::scanners::{self, CLAMD_TAKES_BYTES, Clamd};

const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test]
async fn a_scanner_that_finds_the_sample_is_good() {
    let clamd = scanners::open(&Clamd::shared().address(), CLAMD_TAKES_BYTES, PATIENCE);
    let sentence = check_scanner(&clamd).await.unwrap();
    assert!(sentence.starts_with("ClamAV ") && sentence.ends_with("up to 33554432 bytes"), "{sentence}");
}

#[tokio::test]
async fn limits_that_do_not_fit_and_nobody_there_are_named() {
    let generous = scanners::open(&Clamd::shared().address(), 4 * CLAMD_TAKES_BYTES, PATIENCE);
    let sentence = check_scanner(&generous).await.unwrap_err();
    assert!(sentence.contains("of 33554432 bytes, but not of max_bytes = 134217728"), "{sentence}");
    let gone = scanners::open("clamd:///nowhere/clamd.ctl", CLAMD_TAKES_BYTES, PATIENCE);
    let sentence = check_scanner(&gone).await.unwrap_err();
    assert_eq!(sentence, "the scanner cannot be reached; see that it runs, and that `address` is where it listens");
}
