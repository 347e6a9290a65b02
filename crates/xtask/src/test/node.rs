//! Parts `upload-client` and `salesforce`: gates that Node runs.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Stdio},
};

use anyhow::{Context as _, Result, bail};

use super::{Bench, FULL_VARIABLE, Tally};
use xtask::{run, say, workspace};

/// A gate under way, whose lines wait for their turn.
pub struct Begun {
    child: Child,
    lines: PathBuf,
}

/// One page in one browser leaves a processor idle: the part begins beside one that waits a lot.
pub fn begin_upload_client(full: bool) -> Result<Begun> {
    let folder = workspace::root().join("tests/upload-client");
    if !folder.join("package.json").is_file() {
        bail!("tests/upload-client/package.json is not there");
    }
    let lines = workspace::target().join("upload-client.txt");
    let output = File::create(&lines).with_context(|| format!("cannot write {}", lines.display()))?;
    let mut tests = run::program("npm", &folder);
    tests.args(["test", "--silent"]).stdin(Stdio::null()).stdout(output);
    if full {
        tests.env(FULL_VARIABLE, "1");
    }
    Ok(Begun { child: tests.spawn().context("cannot start npm")?, lines })
}

pub fn upload_client(bench: &mut Bench) -> Result<Tally> {
    let mut begun = match bench.upload_client.take() {
        Some(begun) => begun,
        None => begin_upload_client(bench.full)?,
    };
    let ended_well = begun.child.wait()?.success();
    let mut tally = Tally::default();
    for line in fs::read_to_string(&begun.lines)?.lines() {
        say::line(line);
        tally.add(summary(line).unwrap_or_default());
    }
    if (!ended_well || tally.passed == 0) && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

pub fn salesforce(_: &mut Bench) -> Result<Tally> {
    let mut gate = run::program("node", &workspace::root());
    gate.arg("tests/salesforce/gate.mjs");
    counted(gate, part_of_gate)
}

/// Runs a gate and counts by the lines it prints; one that ends without any counts as one check.
pub fn counted(mut command: std::process::Command, read: fn(&str) -> Option<Tally>) -> Result<Tally> {
    let mut tally = Tally::default();
    let ended_well = run::watched(&mut command, |line| tally.add(read(line).unwrap_or_default()))?;
    if !ended_well && tally.failed == 0 {
        tally.failed = 1;
    }
    if ended_well && tally.passed + tally.failed == 0 {
        tally.passed = 1;
    }
    Ok(tally)
}

/// `ok   jest        12.3 s  …` or `FAIL jest …`; so speaks the acceptance runner too.
pub fn part_of_gate(line: &str) -> Option<Tally> {
    let passed = line.starts_with("ok   ");
    (passed || line.starts_with("FAIL ")).then(|| Tally::one(passed))
}

/// `# pass 12` and `# fail 0` of Node's test runner.
pub fn summary(line: &str) -> Option<Tally> {
    let count = |text: &str| text.trim().parse::<u64>().ok();
    // The spec reporter marks the same lines with an information sign.
    let line = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")).unwrap_or(line);
    if let Some(passed) = line.strip_prefix("pass ").and_then(count) {
        return Some(Tally { passed, failed: 0 });
    }
    let failed = line.strip_prefix("fail ").and_then(count)?;
    Some(Tally { passed: 0, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_summary_is_read() {
        let read = |line| summary(line).map(|tally| (tally.passed, tally.failed));
        assert_eq!(read("# pass 12"), Some((12, 0)));
        assert_eq!(read("ℹ fail 2"), Some((0, 2)));
        assert_eq!(read("ok 3 - resumes"), None);
        let read = |line| part_of_gate(line).map(|tally| (tally.passed, tally.failed));
        assert_eq!(read("ok   slds         3.4 s  Lightning Design System"), Some((1, 0)));
        assert_eq!(read("FAIL jest        54.8 s  bundles"), Some((0, 1)));
        assert_eq!(read("Salesforce gate: 11 parts passed, 60.2 s"), None);
    }
}
