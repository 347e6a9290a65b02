//! Part `browser`: the demo's stage, with Chromium in the place of the three people.
//!
//! The stage ends when the pipe to it closes, so nothing outlives this part, however it ends.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{Bench, FULL_VARIABLE, Tally, node};
use crate::demo;
use xtask::{run, workspace};

/// Three programs start in seconds, also on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(1);

pub fn run(bench: &mut Bench) -> Result<Tally> {
    let folder = workspace::root().join("tests/org");
    let mut sandboxed = run::program("node", &folder);
    sandboxed.args(["--test", "--test-reporter=tap", "e2e/"]);
    let mut tally = node::counted(sandboxed, node::summary)?;

    let (mut stage, data) = start_stage()?;
    let outcome = wait_until_ready(&mut stage, &data).and_then(|urls| {
        let shots = data.join("screenshots");
        fs::create_dir_all(&shots)?;
        let mut journey = run::program("node", &folder);
        journey.arg("e2e/journey.mjs").args(["--urls", &urls, "--shots"]).arg(&shots);
        if bench.full {
            journey.env(FULL_VARIABLE, "1");
        }
        node::counted(journey, |_| None)
    });
    drop(stage.stdin.take());
    stage.wait()?;
    tally.add(outcome?);
    Ok(tally)
}

fn start_stage() -> Result<(Child, PathBuf)> {
    let data = workspace::target().join("browser-stage");
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| data.display().to_string())?;
    }
    demo::case_page()?;
    let stage = Command::new(workspace::program("casegate-demo"))
        .args(["--until-input-ends", "--data"])
        .arg(&data)
        .stdin(Stdio::piped())
        .spawn()
        .context("starting the stage")?;
    Ok((stage, data))
}

fn wait_until_ready(stage: &mut Child, data: &std::path::Path) -> Result<String> {
    let file = data.join("stage.json");
    let tenths = READY_WITHIN.as_millis() / 100;
    for _ in 0..tenths {
        if let Some(urls) = workspace::read_if_present(&file)? {
            return Ok(urls);
        }
        if let Some(status) = stage.try_wait()? {
            bail!("the stage ended with {status} before it was ready");
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("the stage was not ready in time")
}
