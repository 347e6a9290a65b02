//! A throw-away PostgreSQL for the store tests: its own cluster, on loopback, gone afterwards.
//!
//! `fsync` stays on: the connector refuses to start without it, and so do its tests.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use xtask::{machine, port::free_port, run};

/// The URL under which tests find it.
pub const URL_VARIABLE: &str = "CASEGATE_TEST_POSTGRES_URL";

pub struct Postgres {
    pub url: String,
    folder: PathBuf,
    account: Option<Account>,
    pg_ctl: PathBuf,
    server: Child,
}

/// Whom the server runs as when we are root, which it refuses.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    pub fn start() -> Result<Self> {
        let initdb = machine::require("initdb", "postgresql")?;
        let programs = fs::canonicalize(&initdb)?.parent().expect("a program lies in a folder").to_owned();
        let account = unprivileged_account()?;
        // Not under the target folder: an unprivileged account may not be let through to it.
        let folder = env::temp_dir().join(format!("casegate-postgres-{}", process::id()));
        fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
        if let Some(account) = account {
            chown(&folder, Some(account.user), Some(account.group))?;
        }
        let data = folder.join("data");
        let mut create = as_account(&programs.join("initdb"), account, &folder);
        create.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data);
        run::checked(create.stdout(Stdio::null())).inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;

        let port = free_port()?;
        let mut serve = as_account(&programs.join("postgres"), account, &folder);
        serve.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        serve.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
        serve.args(["-c", "max_connections=300", "-c", "log_min_messages=fatal"]);
        let server = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let pg_ctl = programs.join("pg_ctl");
        let mut postgres = Self { url, folder, account, pg_ctl, server };
        postgres.wait_until_ready(port)?;
        Ok(postgres)
    }

    fn wait_until_ready(&mut self, port: u16) -> Result<()> {
        let pid_file = self.folder.join("data/postmaster.pid");
        for _ in 0..300 {
            if let Some(status) = self.server.try_wait()? {
                bail!("PostgreSQL ended at once with {status}");
            }
            let ready =
                fs::read_to_string(&pid_file).is_ok_and(|text| text.lines().nth(7).map(str::trim) == Some("ready"));
            if ready && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL was not ready within 30 s")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = as_account(&self.pg_ctl, self.account, &self.folder);
        stop.args(["stop", "-m", "immediate", "-w", "-D"]).arg(self.folder.join("data")).stdout(Stdio::null());
        if run::checked(&mut stop).is_err() {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn as_account(program: &Path, account: Option<Account>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}

/// `None` when we are not root and may serve as ourselves.
fn unprivileged_account() -> Result<Option<Account>> {
    let id = |arguments: &[&str]| -> Option<u32> {
        run::output(Command::new("id").args(arguments)).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let (Some(user), Some(group)) = (id(&["-u", name]), id(&["-g", name])) {
            return Ok(Some(Account { user, group }));
        }
    }
    bail!("PostgreSQL does not run as root, and there is neither a `postgres` nor a `nobody` account")
}
