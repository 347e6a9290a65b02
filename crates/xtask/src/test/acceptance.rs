//! Part `acceptance`: published Salesforce clients judge the simulated Org, and each of its lies must be noticed.

use std::process::Command;

use anyhow::Result;

use super::{Bench, FULL_VARIABLE, Tally, node};
use xtask::{run, workspace};

pub fn run(bench: &mut Bench) -> Result<Tally> {
    let mut tally = node::counted(runner(bench), node::part_of_gate)?;
    let mut lies = runner(bench);
    lies.arg("--lies");
    tally.add(node::counted(lies, node::part_of_gate)?);
    Ok(tally)
}

fn runner(bench: &Bench) -> Command {
    let mut runner = run::program("node", &workspace::root());
    runner.arg("tests/acceptance/run.mjs").arg("--org-binary").arg(workspace::program("simulated-org"));
    if bench.full {
        runner.env(FULL_VARIABLE, "1");
    }
    runner
}
