//! Servers of others that a test program starts: each ends with the program that started it, however that ends.
//!
//! A shell holds the server and waits on a pipe from us; when we are gone the pipe ends, and the shell stops the server.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::variables;

const KEEPER: &str = r#""$@" </dev/null >/dev/null 2>&1 &
server=$!
read gone
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$KEEPER_FOLDER""#;

/// A server that runs as long as this is held, and at most as long as this process.
pub struct Served {
    keeper: Child,
    pipe: Option<ChildStdin>,
}

impl Served {
    /// `folder` is the server's own and goes away with it.
    pub fn start(program: &Path, arguments: &[&str], folder: &Path, account: Option<Account>) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]).arg(program).args(arguments);
        command.env("KEEPER_FOLDER", folder).current_dir(folder).stdin(Stdio::piped());
        if let Some(account) = account {
            command.uid(account.user).gid(account.group);
        }
        let mut keeper = command.spawn()?;
        let pipe = keeper.stdin.take();
        Ok(Self { keeper, pipe })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.keeper.wait();
    }
}

/// Whom a server runs as when we are root and it refuses that.
#[derive(Clone, Copy)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

/// `None` when we are not root and may serve as ourselves.
pub fn unprivileged_account() -> Option<Account> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some(Account { user: id(&["-u", name])?, group: id(&["-g", name])? }))
}

/// A program on the search path; when missing, the test fails with the package to install.
pub fn program(name: &str, package: &str) -> PathBuf {
    let found = variables::search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not installed: it comes with {package}"))
}
