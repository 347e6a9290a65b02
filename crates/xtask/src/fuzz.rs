//! `cargo xtask fuzz`: the weekly target. Every fuzz target of the repository for a minute, or for as long as asked.
//!
//! Not among the gates: it needs a nightly compiler, builds the crates once more with a sanitizer, and finds by luck. The
//! seeds in the repository are only read; what the fuzzer learns stays in the target folder, for the next week.
//!
//! Units: seconds.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};

use xtask::{machine, run, say, workspace};

#[derive(clap::Args)]
pub struct Arguments {
    /// Runs only these targets; all when none is named.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
    /// Names the targets and ends.
    #[arg(long)]
    list: bool,
}

/// Fuzz crates: workspaces of their own, because they want a sanitizer build and the main one must not have it.
const CRATES: [&str; 2] = ["crates/envelope", "crates/simulated-org"];
/// One input that takes longer, or more memory, is a finding too.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

struct Target {
    /// The crate's `fuzz` folder.
    folder: PathBuf,
    name: String,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let all = targets()?;
    if let Some(unknown) = arguments.targets.iter().find(|name| all.iter().all(|target| target.name != **name)) {
        bail!("there is no fuzz target `{unknown}`; --list names them");
    }
    let wanted = |target: &&Target| arguments.targets.is_empty() || arguments.targets.contains(&target.name);
    let wanted: Vec<&Target> = all.iter().filter(wanted).collect();
    if arguments.list {
        for target in wanted {
            say::line(&format!("{:<16} {}", target.name, target.folder.display()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    require_tools()?;
    let host = host()?;
    for target in &wanted {
        say::heading(&format!("building {}", target.name));
        build(target)?;
    }
    let mut findings = 0_u32;
    for target in &wanted {
        say::heading(&format!("{}, {} s", target.name, arguments.seconds));
        findings += u32::from(!fuzz(target, &host, arguments.seconds)?);
    }
    say::heading("summary");
    say::line(&format!("{} targets, {findings} with a finding", wanted.len()));
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every file in a `fuzz_targets` folder is one.
fn targets() -> Result<Vec<Target>> {
    let mut found = Vec::new();
    for place in CRATES {
        let folder = workspace::root().join(place).join("fuzz");
        let sources = folder.join("fuzz_targets");
        let mut names = Vec::new();
        for entry in fs::read_dir(&sources).with_context(|| sources.display().to_string())? {
            let path = entry?.path();
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
        names.sort();
        found.extend(names.into_iter().map(|name| Target { folder: folder.clone(), name }));
    }
    Ok(found)
}

fn require_tools() -> Result<()> {
    if machine::find("cargo-fuzz").is_none() {
        bail!("`cargo-fuzz` is missing: cargo install cargo-fuzz --locked");
    }
    let toolchains = run::output(Command::new("rustup").args(["toolchain", "list"])).unwrap_or_default();
    if !toolchains.lines().any(|line| line.starts_with("nightly")) {
        bail!("a nightly toolchain is missing, fuzzing needs its sanitizers: rustup toolchain install nightly");
    }
    Ok(())
}

/// The triple that sanitizer builds are made for; its name is part of their path.
fn host() -> Result<String> {
    let told = run::output(Command::new("rustc").args(["+nightly", "-vV"]))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say what it compiles for")
}

/// Where what was learned and what was found is kept.
fn place(part: &str) -> PathBuf {
    workspace::target().join("fuzz").join(part)
}

fn build(target: &Target) -> Result<()> {
    let mut cargo = run::program("cargo", &target.folder);
    cargo.args(["+nightly", "fuzz", "build", "--fuzz-dir", "."]).arg("--target-dir").arg(workspace::target());
    run::checked(cargo.arg(&target.name))
}

/// True when nothing was found. A finding stays in the target folder, and how to see it again is said.
fn fuzz(target: &Target, host: &str, seconds: u32) -> Result<bool> {
    let learned = place("corpus").join(&target.name);
    let findings = place("findings").join(&target.name);
    for folder in [&learned, &findings] {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let program = workspace::target().join(host).join("release").join(&target.name);
    let mut command = run::program(&program, &target.folder);
    command.arg(format!("-max_total_time={seconds}")).args(LIMITS).arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}/", findings.display()));
    // New inputs are kept in the first folder; the seeds of the repository come second and stay as they are.
    command.arg(&learned).arg(target.folder.join("corpus").join(&target.name));
    command.env("ASAN_OPTIONS", "detect_odr_violation=0");
    let told = complaints(&mut command)?;
    if told.clean {
        say::line(&format!("{} inputs, nothing found", told.inputs));
        return Ok(true);
    }
    told.lines.iter().for_each(|line| say::line(line));
    say::line(&format!("to see it again: {} FILE, with a file of {}", program.display(), findings.display()));
    Ok(false)
}

/// What one run said.
struct Told {
    clean: bool,
    inputs: String,
    /// Everything but its progress.
    lines: Vec<String>,
}

fn complaints(command: &mut Command) -> Result<Told> {
    let program = Path::new(command.get_program()).display().to_string();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let output = child.stderr.take().expect("standard error was asked for");
    let (mut inputs, mut lines) = (String::from("no"), Vec::new());
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            count.trim().clone_into(&mut inputs);
        } else if !line.starts_with('#') && !line.starts_with("INFO:") {
            lines.push(line);
        }
    }
    Ok(Told { clean: child.wait()?.success(), inputs, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_known_and_has_seeds() {
        let found = targets().expect("the fuzz folders are there");
        let names: Vec<&str> = found.iter().map(|target| target.name.as_str()).collect();
        for name in ["header", "payload", "soql", "multipart", "package_zip"] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
        for target in &found {
            let seeds = target.folder.join("corpus").join(&target.name);
            assert!(fs::read_dir(&seeds).is_ok_and(|mut seeds| seeds.next().is_some()), "{}", seeds.display());
        }
    }
}
