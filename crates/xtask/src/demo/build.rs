//! What has to be built before anything can be shown.

use anyhow::{Result, bail};

use crate::{cargo, machine, run, say, workspace};

pub fn programs(prebuilt: bool) -> Result<()> {
    let built = ["casegate", "simulated-org"].iter().all(|name| workspace::program(name).is_file());
    if prebuilt && built {
        return Ok(());
    }
    say::line("building the connector and the simulated Org …");
    run::checked(&mut cargo::cargo(&["build", "--package", "connector", "--package", "simulated-org", "--bins"]))
}

/// The Case page needs the real Lightning components, whose licence lets everybody install but nobody pass on.
pub fn case_page() -> Result<()> {
    let folder = workspace::root().join("tests/org");
    if machine::find("npm").is_none() {
        bail!("the Case page is built with Node.js 20 or newer and npm; neither is on the path");
    }
    machine::ensure_npm(&folder)?;
    say::line("building the Case page …");
    run::checked(run::program("node", &folder).arg("build.mjs").stdout(std::process::Stdio::null()))
}
