//! Part `setup`: after it, a fresh machine with Rust and Node has everything the other parts use.

use anyhow::Result;

use super::{Bench, Tally};
use crate::{machine, workspace};

/// Python packages of the acceptance tests, pinned.
pub const REQUIREMENTS: &str = "tests/acceptance/requirements.txt";

pub fn run(_: &mut Bench) -> Result<Tally> {
    machine::ensure_tools()?;
    for folder in workspace::npm_folders()? {
        machine::ensure_npm(&folder)?;
    }
    let requirements = workspace::root().join(REQUIREMENTS);
    if requirements.is_file() {
        machine::ensure_python(&requirements)?;
    }
    Ok(Tally::one(true))
}
