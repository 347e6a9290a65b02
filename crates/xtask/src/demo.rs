//! `cargo xtask demo`: builds what the demo shows, then hands over to it.
//!
//! The demo is a program of its own, so that the task runner stays small: on a fresh machine it is compiled before
//! everything else, and apart from it.

use std::{process::ExitCode, process::Stdio};

use anyhow::{Context as _, Result, bail};
use xtask::{machine, run, say, workspace};

use crate::cargo;

#[derive(clap::Args)]
pub struct Arguments {
    /// Handed to the demo: --check, --data DIR, --port N; `cargo xtask demo -- --help` names them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    say::line("building the connector, the simulated Org and the demo …");
    let packages = ["build", "--package", "connector", "--package", "simulated-org", "--package", "demo", "--bins"];
    run::checked(&mut cargo::cargo(&packages))?;
    if !arguments.options.iter().any(|option| option == "--check") {
        case_page()?;
    }
    let status = run::program(workspace::program("casegate-demo"), &workspace::root())
        .args(&arguments.options)
        .status()
        .context("starting the demo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The Case page needs the real Lightning components, whose licence lets everybody install but nobody pass on.
pub fn case_page() -> Result<()> {
    let folder = workspace::root().join("tests/org");
    if machine::find("npm").is_none() {
        bail!("the Case page is built with Node.js 20 or newer and npm; neither is on the path");
    }
    machine::ensure_npm(&folder)?;
    say::line("building the Case page …");
    run::checked(run::program("node", &folder).arg("build.mjs").stdout(Stdio::null()))
}
