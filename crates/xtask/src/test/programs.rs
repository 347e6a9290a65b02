//! Parts `build`, `unit`, `journeys` and `schedules`: one build of the workspace, then its test programs.

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::{Bench, FULL_VARIABLE, Tally, setup};
use crate::{
    cargo,
    postgres::{self, Postgres},
};
use xtask::{machine, run, say, workspace};

/// The package whose tests are user stories rather than one crate's own.
const JOURNEYS: &str = "casegate-tests";
const SCHEDULES: &str = "schedules";

pub fn build(bench: &mut Bench) -> Result<Tally> {
    bench.programs = Some(cargo::build_everything()?);
    Ok(Tally::one(true))
}

pub fn unit(bench: &mut Bench) -> Result<Tally> {
    let mut tally = test_programs(bench, |program| program.package != JOURNEYS)?;
    say::line("\ndocumentation examples");
    tally.add(counted(cargo::linting(&["test", "--workspace", "--doc", "--quiet"]))?);
    Ok(tally)
}

pub fn journeys(bench: &mut Bench) -> Result<Tally> {
    test_programs(bench, |program| program.package == JOURNEYS && program.target != SCHEDULES)
}

/// A million take an hour of two cores, and several in an unoptimised build: then it is built for release first.
pub fn schedules(bench: &mut Bench) -> Result<Tally> {
    if !bench.full {
        return test_programs(bench, |program| program.target == SCHEDULES);
    }
    let mut million = cargo::cargo(&["test", "--release", "-p", JOURNEYS, "--test", SCHEDULES, "--", "--nocapture"]);
    million.env(FULL_VARIABLE, "1");
    counted(million)
}

fn test_programs(bench: &Bench, wanted: impl Fn(&cargo::TestProgram) -> bool) -> Result<Tally> {
    let programs = bench.programs.as_ref().context("the workspace was not built")?;
    let database = Postgres::start()?;
    let path = tool_path()?;
    let mut tally = Tally::default();
    for program in programs.iter().filter(|program| wanted(program)) {
        say::line(&format!("\n{} {}", program.package, program.target));
        let mut command = run::program(&program.path, &program.folder);
        command
            .arg("--quiet")
            .env("CARGO_MANIFEST_DIR", &program.folder)
            .env(postgres::URL_VARIABLE, &database.url)
            .env("PATH", &path);
        if bench.full {
            command.env(FULL_VARIABLE, "1");
        }
        tally.add(counted(command)?);
    }
    if tally.passed + tally.failed == 0 {
        bail!("no test ran");
    }
    Ok(tally)
}

/// Runs a Rust test program; one that dies without its summary has failed once.
fn counted(mut command: Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let ended_well = run::watched(&mut command, |line| {
        if let Some((passed, failed)) = cargo::test_result(line) {
            tally.add(Tally { passed, failed });
        }
    })?;
    if !ended_well && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Tests find PostgreSQL's programs and the Python tools like any other program.
fn tool_path() -> Result<std::ffi::OsString> {
    let mut folders = Vec::new();
    let requirements = workspace::root().join(setup::REQUIREMENTS);
    if requirements.is_file() {
        folders.push(machine::ensure_python(&requirements)?);
    }
    let initdb = machine::require("initdb", "postgresql")?;
    folders.extend(initdb.parent().map(Path::to_owned));
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    Ok(env::join_paths(folders)?)
}
