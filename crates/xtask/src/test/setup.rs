//! Part `setup`: after it, a fresh machine with Rust and Node has everything the other parts use.
//!
//! It waits for networks where cargo waits for processors, so it begins with the run and is joined when the workspace is
//! built.

use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};

use super::{Bench, Tally};
use xtask::{machine, workspace};

/// Python packages of the acceptance tests, pinned.
pub const REQUIREMENTS: &str = "tests/acceptance/requirements.txt";

/// Installation under way.
pub type Installing = JoinHandle<Result<()>>;

pub fn begin() -> Installing {
    thread::spawn(install)
}

pub fn run(bench: &mut Bench) -> Result<Tally> {
    let installing = bench.installing.take().context("the set-up was not begun")?;
    installing.join().expect("the set-up answers with an error instead of panicking")?;
    Ok(Tally::one(true))
}

fn install() -> Result<()> {
    machine::ensure_tools()?;
    for folder in workspace::npm_folders()? {
        machine::ensure_npm(&folder)?;
    }
    let requirements = workspace::root().join(REQUIREMENTS);
    if requirements.is_file() {
        machine::ensure_python(&requirements)?;
    }
    Ok(())
}
