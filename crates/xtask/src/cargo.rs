//! Building the workspace, once, in one shape: all targets together, so that no later part rebuilds anything with other
//! features; and under clippy's eyes, so that the dependencies are not compiled a second time just to be linted against.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use xtask::{run, workspace};

/// A test program that cargo built.
pub struct TestProgram {
    pub package: String,
    pub target: String,
    pub folder: PathBuf,
    pub path: PathBuf,
}

pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = run::program("cargo", &workspace::root());
    command.args(arguments);
    command
}

/// Cargo with clippy's compiler in the place of rustc, for the workspace's own crates: `cargo clippy` does the same, but
/// ends before any code is generated. A warning is an error.
pub fn linting(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__");
    command
}

/// Builds everything the parts run, and names the test programs in cargo's order.
pub fn build_everything() -> Result<Vec<TestProgram>> {
    let mut child = linting(&["build", "--workspace", "--all-targets"])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let output = child.stdout.take().expect("standard output was asked for");
    let mut programs = Vec::new();
    for line in BufReader::new(output).lines() {
        let message: Value = serde_json::from_str(&line?).unwrap_or_default();
        programs.extend(test_program(&message));
    }
    if !child.wait()?.success() {
        bail!("the workspace does not build, or clippy has something to say");
    }
    programs.sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
    Ok(programs)
}

fn test_program(message: &Value) -> Option<TestProgram> {
    let is_bench = message["target"]["kind"][0] == "bench";
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true || is_bench {
        return None;
    }
    let path = PathBuf::from(message["executable"].as_str()?);
    let folder = PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_owned();
    // `path+file:///…/crates/envelope#0.1.0`, or `…/tests#casegate-tests@0.1.0` where folder and name differ.
    let (place, version) = message["package_id"].as_str()?.rsplit_once('#')?;
    let package = match version.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next()?,
    };
    let target = message["target"]["name"].as_str()?.to_owned();
    Some(TestProgram { package: package.to_owned(), target, folder, path })
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …`
pub fn test_result(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?;
    let count = |word: &str| {
        let before = counts.split(&format!(" {word}")).next()?;
        before.rsplit([' ', ';']).next()?.parse().ok()
    };
    Some((count("passed")?, count("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harness_summary_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(test_result(line), Some((12, 3)));
        assert_eq!(test_result("test expired_link_refuses_upload ... ok"), None);
    }
}
