//! What this machine has, and how it gets what it lacks.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{digest, run, say, workspace};

/// A tool that the gates use, and the Debian package that brings it.
struct Tool {
    programs: &'static [&'static str],
    package: &'static str,
}

const TOOLS: [Tool; 8] = [
    Tool { programs: &["chromium", "chromium-browser", "google-chrome"], package: "chromium" },
    Tool { programs: &["age"], package: "age" },
    Tool { programs: &["initdb"], package: "postgresql" },
    Tool { programs: &["java"], package: "default-jre-headless" },
    Tool { programs: &["python3"], package: "python3" },
    Tool { programs: &["clamd"], package: "clamav-daemon" },
    Tool { programs: &["c-icap"], package: "c-icap" },
    Tool { programs: &VIRUS_SCAN, package: "libc-icap-mod-virus-scan" },
];

/// No program, but a library of c-icap's.
const VIRUS_SCAN: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/c_icap/virus_scan.so", "/usr/lib/aarch64-linux-gnu/c_icap/virus_scan.so"];

/// Finds a program on the path, or where Debian hides PostgreSQL's.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    folders.into_iter().map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// The same, as an error that names the package.
pub fn require(program: &str, package: &str) -> Result<PathBuf> {
    find(program).with_context(|| format!("`{program}` is missing: install the Debian package `{package}`"))
}

/// Installs every missing tool when that is possible here, otherwise names the packages.
pub fn ensure_tools() -> Result<()> {
    let missing = |tool: &&Tool| !tool.programs.iter().any(|program| find(program).is_some());
    let mut packages: Vec<&str> = TOOLS.iter().filter(missing).map(|tool| tool.package).collect();
    if !has_venv() {
        packages.push("python3-venv");
    }
    if !packages.is_empty() {
        install(&packages)?;
    }
    for tool in &TOOLS {
        if missing(&tool) {
            bail!("`{}` is still missing after installing `{}`", tool.programs[0], tool.package);
        }
    }
    require_node()
}

fn has_venv() -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", "import venv, ensurepip"]).stderr(Stdio::null());
    run::checked(&mut python).is_ok()
}

fn require_node() -> Result<()> {
    let version = run::output(Command::new("node").arg("--version")).unwrap_or_default();
    let major: u32 = version.trim().trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    if major < 20 || find("npm").is_none() {
        bail!("Node.js 20 or newer with npm is needed (found `{}`)", version.trim());
    }
    Ok(())
}

fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let root = run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || find("apt-get").is_none() {
        bail!("these are missing and cannot be installed from here: apt-get install {names}");
    }
    say::line(&format!("installing {names}"));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        run::checked(&mut command)
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

/// `npm ci`, only where the lock file changed since the last time.
pub fn ensure_npm(folder: &Path) -> Result<()> {
    let modules = folder.join("node_modules");
    let stamp = modules.join(".installed-from");
    let wanted = digest(&folder.join("package-lock.json"))?;
    if workspace::read_if_present(&stamp)?.as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    say::line(&format!("npm ci in {}", folder.display()));
    run::checked(run::program("npm", folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    fs::create_dir_all(&modules)?;
    Ok(fs::write(stamp, wanted)?)
}

/// A Python environment with the pinned packages of a requirements file; answers its `bin` folder.
pub fn ensure_python(requirements: &Path) -> Result<PathBuf> {
    let folder = workspace::tools().join("python");
    let stamp = folder.join(".installed-from");
    let wanted = digest(requirements)?;
    if workspace::read_if_present(&stamp)?.as_deref() != Some(wanted.as_str()) {
        say::line(&format!("pip install -r {}", requirements.display()));
        run::checked(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = folder.join("bin/pip");
        run::checked(
            Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements),
        )?;
        fs::write(stamp, wanted)?;
    }
    Ok(folder.join("bin"))
}

fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(digest::sha256(&bytes))
}
