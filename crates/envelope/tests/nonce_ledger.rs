//! The nonce ledger: it sees every sealing call, survives `kill -9`, and finds a repeat.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use envelope::{CHUNK_LEN, FileIdentity, Keyring, ledger, seal_whole};
use proptest::prelude::*;

use crate::fixtures::{an_identity, randomness, some_bytes};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn every_chunk_wrapped_key_and_cell_is_recorded_and_no_pair_repeats(
        lengths in prop::collection::vec(0..3 * CHUNK_LEN, 1..4), seed: u64,
    ) {
        let mut source = randomness(seed);
        let mut expected = 0;
        let records = ledger::recorded(|| {
            let recipients = [an_identity(1).recipient(), an_identity(2).recipient()];
            for &length in &lengths {
                seal_whole(&recipients, &some_bytes(1, length), &mut source).unwrap();
                expected += recipients.len() + length.div_ceil(CHUNK_LEN).max(1);
            }
            let keyring = Keyring::new(an_identity(1), vec![]);
            for _ in 0..10 {
                keyring.seal_cell("t/r/c", b"same", &mut source).unwrap();
                expected += 1;
            }
            FileIdentity::generate(&mut source).unwrap().key_object(&recipients[0], &[], &mut source).unwrap();
            expected += 2;
        });
        prop_assert_eq!(records.len(), expected);
        prop_assert!(ledger::repeated_pairs(&records).is_empty());
    }
}

#[test]
fn a_repeated_nonce_is_found() {
    // The same randomness twice: what a snapshot of a virtual machine, or a resumed stream, would do.
    let records = ledger::recorded(|| {
        for plaintext in [b"one", b"two"] {
            seal_whole(&[an_identity(1).recipient()], plaintext, &mut randomness(1)).unwrap();
        }
    });
    let repeated = ledger::repeated_pairs(&records);
    assert_eq!(repeated.len(), 2, "the wrapped key and the chunk");
    assert!(repeated.iter().all(|(_, times)| *times == 2));
}

fn ledger_path(parent: u32) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nonce-ledger-{parent}"))
}

/// Runs only as the child of the next test, which kills it.
#[test]
#[ignore = "the next test starts and kills it"]
fn seal_until_killed() {
    ledger::record_to(&ledger_path(std::os::unix::process::parent_id())).unwrap();
    let mut source = randomness(u64::from(std::process::id()));
    for round in 0..50_000 {
        seal_whole(&[an_identity(1).recipient()], b"x", &mut source).unwrap();
        if round % 50 == 49 {
            // Past the test harness, which would keep it back.
            writeln!(std::io::stderr(), "sealed 50").unwrap();
        }
    }
}

#[test]
fn the_ledger_survives_kill_9_and_a_record_torn_by_it_is_cut_off() {
    let path = ledger_path(std::process::id());
    let _ = std::fs::remove_file(&path);
    for run in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "nonce_ledger::seal_until_killed"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let first = BufReader::new(child.stderr.take().unwrap()).lines().next().unwrap().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(first, "sealed 50");

        let records = ledger::read(&path).unwrap();
        assert!(records.len() >= run * 100, "two records per file");
        assert!(ledger::repeated_pairs(&records).is_empty());
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(&[0; 17]).unwrap();
        assert_eq!(ledger::read(&path).unwrap(), records);
    }
    std::fs::remove_file(&path).unwrap();
}
