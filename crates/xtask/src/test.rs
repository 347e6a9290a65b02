//! `cargo xtask test`: every gate in order, each with its time, and one line that sums up.
//!
//! A part that fails does not hide the next one; only a failed set-up or build ends the run, for nothing after it could
//! mean anything.

mod acceptance;
mod browser;
mod docs;
mod node;
mod programs;
mod setup;
mod supply;

use std::{process::ExitCode, time::Duration};

use anyhow::{Result, bail};

use xtask::{run, say};

use crate::{cargo, clock};

#[derive(clap::Args)]
pub struct Arguments {
    /// Runs only this part, and the set-up it needs; may be given several times.
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Also what takes too long for every day: 5 GiB uploads, a million schedules.
    #[arg(long)]
    full: bool,
    /// Names the parts and ends.
    #[arg(long)]
    list: bool,
}

/// Tells test programs to run their long versions.
const FULL_VARIABLE: &str = "CASEGATE_TEST_FULL";

/// What every part may use.
pub struct Bench {
    /// Long versions of the tests were asked for; children see [`FULL_VARIABLE`].
    pub full: bool,
    installing: Option<setup::Installing>,
    programs: Option<Vec<cargo::TestProgram>>,
    upload_client: Option<node::Begun>,
}

/// How many checks of a part passed and failed.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

struct Part {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Bench) -> Result<Tally>,
    /// Without it the rest of the run means nothing.
    essential: bool,
}

const PARTS: [Part; 12] = [
    part("fmt", "rustfmt leaves nothing to change", fmt),
    part("build", "all targets, once, without a warning of clippy", programs::build).essential(),
    part("setup", "tools and npm packages; what is missing is installed meanwhile", setup::run).essential(),
    part("unit", "each crate's own tests, on SQLite and a real PostgreSQL", programs::unit),
    part("journeys", "house rules, user stories, faults, acceptance", programs::journeys),
    part("schedules", "random lives of uploads: ten thousand, or a million", programs::schedules),
    part("acceptance", "published Salesforce clients judge the simulated Org, and notice its lies", acceptance::run),
    part("upload-client", "the resumable upload module", node::upload_client),
    part("browser", "from the agent's click to the agent's download, in Chromium", browser::run),
    part("salesforce", "the offline gate for lwc/ and salesforce/", node::salesforce),
    part("supply", "licences, sources, bans and advisories", supply::run),
    part("docs", "links resolve, generated files are fresh", docs::run),
];

const fn part(name: &'static str, about: &'static str, run: fn(&mut Bench) -> Result<Tally>) -> Part {
    Part { name, about, run, essential: false }
}

impl Part {
    const fn essential(mut self) -> Self {
        self.essential = true;
        self
    }

    /// Asked for, or leant on by a part that is.
    fn is_wanted(&self, only: &[String]) -> bool {
        let any = |names: &[&str]| only.iter().any(|name| names.contains(&name.as_str()));
        let leant_on = match self.name {
            "setup" => any(&["unit", "journeys", "schedules", "acceptance", "upload-client", "browser", "salesforce"]),
            "build" => any(&["unit", "journeys", "schedules", "acceptance", "browser", "docs"]),
            _ => false,
        };
        only.is_empty() || any(&[self.name]) || leant_on
    }
}

impl Tally {
    /// A gate that is passed or not, without counting inside it.
    pub fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed) }
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for part in &PARTS {
            say::line(&format!("{:<14} {}", part.name, part.about));
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = arguments.only.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        bail!("there is no part `{unknown}`; --list names them");
    }
    let wanted: Vec<&Part> = PARTS.iter().filter(|part| part.is_wanted(&arguments.only)).collect();
    let installing = wanted.iter().any(|part| part.name == "setup").then(setup::begin);
    let mut bench = Bench { full: arguments.full, installing, programs: None, upload_client: None };
    let mut rows: Vec<(&str, Tally, Duration)> = Vec::new();
    let has = |name: &str| wanted.iter().any(|part| part.name == name);
    let beside = has("upload-client").then_some("journeys").filter(|name| has(name));
    for part in &wanted {
        if beside == Some(part.name) {
            bench.upload_client = Some(node::begin_upload_client(bench.full)?);
        }
        say::heading(part.name);
        let elapsed = clock::stopwatch();
        let tally = (part.run)(&mut bench).unwrap_or_else(|error| {
            say::complaint(&format!("{}: {error:#}", part.name));
            Tally::one(false)
        });
        rows.push((part.name, tally, elapsed()));
        if part.essential && tally.failed > 0 {
            break;
        }
    }
    Ok(summary(&rows))
}

fn summary(rows: &[(&str, Tally, Duration)]) -> ExitCode {
    say::heading("summary");
    let mut all = Tally::default();
    let mut time = Duration::ZERO;
    for (name, tally, duration) in rows {
        let mark = if tally.failed == 0 { "ok" } else { "FAILED" };
        say::line(&format!(
            "{name:<14} {mark:<7} {:>5} passed {:>4} failed {:>14}",
            tally.passed,
            tally.failed,
            clock::shown(*duration)
        ));
        all.add(*tally);
        time += *duration;
    }
    say::line(&format!("{:>55}", clock::shown(time)));
    say::line(&format!("{} passed, {} failed", all.passed, all.failed));
    if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fmt(_: &mut Bench) -> Result<Tally> {
    Ok(Tally::one(run::watched(&mut cargo::cargo(&["fmt", "--all", "--", "--check"]), |_| {})?))
}
