//! Part `supply`: licences, sources, bans and known advisories, without a network once the tool is there.
//!
//! The advisory database is the snapshot in `tests/advisories`: a build of today's commit gives the same answer tomorrow.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{Bench, Tally};
use crate::cargo;
use xtask::{run, say, workspace};

const VERSION: &str = "0.20.2";
/// What cargo-deny calls the folder of the database at the address in `deny.toml`.
const DATABASE: &str = "target/advisories/advisory-db-3157b0e258782691";
const SNAPSHOT: &str = "tests/advisories/advisory-db.tar.gz";
const SNAPSHOT_DATE: &str = "2026-08-20T00:00:00Z";

pub fn run(_: &mut Bench) -> Result<Tally> {
    let deny = ensure_cargo_deny()?;
    unpack_advisories()?;
    let mut tally = Tally::default();
    // Bans and licences bind what ships; an oracle in a test may use what the product may not.
    for (shipped_only, check) in [(true, "bans"), (true, "licenses"), (false, "sources"), (false, "advisories")] {
        let mut command = run::program(&deny, &workspace::root());
        command.args(["--offline", "--log-level", "error"]);
        if shipped_only {
            command.arg("--exclude-dev");
        }
        command.args(["check", check]);
        tally.add(Tally::one(run::watched(&mut command, |_| {})?));
    }
    Ok(tally)
}

fn ensure_cargo_deny() -> Result<PathBuf> {
    let program = workspace::tools().join("bin/cargo-deny");
    let installed = run::output(Command::new(&program).arg("--version")).unwrap_or_default();
    if installed.trim() != format!("cargo-deny {VERSION}") {
        say::line(&format!("installing cargo-deny {VERSION}"));
        // Unoptimised: it runs for seconds, and optimising it would take many minutes.
        let mut install = cargo::cargo(&["install", "--locked", "--debug", "--quiet", "--version", VERSION]);
        install.arg("--root").arg(workspace::tools()).arg("cargo-deny");
        // A shared target folder would be rebuilt for this one tool's features.
        install.env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_DEV_DEBUG", "0");
        run::checked(&mut install)?;
    }
    Ok(program)
}

/// cargo-deny wants a git repository and reads the database's age from its last commit.
fn unpack_advisories() -> Result<()> {
    let root = workspace::root();
    let folder = root.join(DATABASE);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    run::checked(Command::new("tar").arg("-xzf").arg(root.join(SNAPSHOT)).arg("-C").arg(&folder))?;
    run::checked(git(&folder).args(["init", "--quiet"]))?;
    run::checked(
        git(&folder)
            .args(["-c", "user.name=snapshot", "-c", "user.email=snapshot@localhost"])
            .args(["commit", "--quiet", "--allow-empty", "--message", "snapshot"])
            .env("GIT_COMMITTER_DATE", SNAPSHOT_DATE),
    )
}

fn git(folder: &Path) -> Command {
    run::program("git", folder)
}
