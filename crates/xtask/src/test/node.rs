//! Parts `upload-client` and `salesforce`: gates that Node runs.

use anyhow::{Result, bail};

use super::{Bench, Tally};
use crate::{run, workspace};

pub fn upload_client(bench: &mut Bench) -> Result<Tally> {
    let folder = workspace::root().join("tests/upload-client");
    if !folder.join("package.json").is_file() {
        bail!("tests/upload-client/package.json is not there");
    }
    let mut tests = run::program("npm", &folder);
    tests.args(["test", "--silent"]);
    if bench.full {
        tests.env("CASEGATE_TEST_FULL", "1");
    }
    counted(tests)
}

pub fn salesforce(_: &mut Bench) -> Result<Tally> {
    let mut gate = run::program("node", &workspace::root());
    gate.arg("tests/salesforce/gate.mjs");
    counted(gate)
}

/// Runs a gate, counting by its own summary (`# pass 12` or `12 passed, 0 failed`) when it prints one.
pub fn counted(mut command: std::process::Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let ended_well = run::watched(&mut command, |line| tally.add(summary(line).unwrap_or_default()))?;
    if !ended_well && tally.failed == 0 {
        tally.failed = 1;
    }
    if ended_well && tally.passed + tally.failed == 0 {
        tally.passed = 1;
    }
    Ok(tally)
}

fn summary(line: &str) -> Option<Tally> {
    let count = |text: &str| text.trim().parse::<u64>().ok();
    // The spec reporter marks the same lines with an information sign.
    let line = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")).unwrap_or(line);
    if let Some(passed) = line.strip_prefix("pass ").and_then(count) {
        return Some(Tally { passed, failed: 0 });
    }
    if let Some(failed) = line.strip_prefix("fail ").and_then(count) {
        return Some(Tally { passed: 0, failed });
    }
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Tally { passed: count(passed)?, failed: count(failed)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_summary_is_read() {
        let read = |line| summary(line).map(|tally| (tally.passed, tally.failed));
        assert_eq!(read("# pass 12"), Some((12, 0)));
        assert_eq!(read("ℹ fail 2"), Some((0, 2)));
        assert_eq!(read("7 passed, 1 failed"), Some((7, 1)));
        assert_eq!(read("ok 3 - resumes"), None);
    }
}
