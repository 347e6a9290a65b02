//! Databases that last as long as a test. PostgreSQL is the caller's (`CASEGATE_TEST_POSTGRES_URL`) or one that this
//! process starts for itself and that ends with it.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

pub struct TestDatabase {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
    drop_at: Option<(String, String)>,
}

impl TestDatabase {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("casegate.sqlite").display());
        Self { url, _folder: Some(folder), drop_at: None }
    }

    pub async fn postgres() -> Self {
        Self::postgres_with("LC_COLLATE 'C' LC_CTYPE 'C'").await
    }

    /// `options` of `CREATE DATABASE`.
    pub async fn postgres_with(options: &str) -> Self {
        let server = tokio::task::spawn_blocking(shared_server).await.unwrap();
        Self::postgres_at(server, options).await
    }

    pub async fn postgres_at(server: &str, options: &str) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::SeqCst);
        let name = format!("casegate_store_{}_{number}", std::process::id());
        say(server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {options}")).await;
        let (place, _) = server.rsplit_once('/').unwrap();
        Self { url: format!("{place}/{name}"), _folder: None, drop_at: Some((server.to_owned(), name)) }
    }

    pub async fn remove(self) {
        if let Some((server, name)) = &self.drop_at {
            say(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// One statement on a connection of its own.
pub async fn say(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "how the caller of the tests names a running server")]
fn shared_server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    static SERVER: OnceLock<Server> = OnceLock::new();
    URL.get_or_init(|| match std::env::var("CASEGATE_TEST_POSTGRES_URL") {
        Ok(url) if !url.is_empty() => url,
        _ => SERVER.get_or_init(|| Server::start(&[])).url.clone(),
    })
}

/// A cluster of its own, held by a shell that stops it when we are gone.
pub struct Server {
    pub url: String,
    keeper: Child,
    pipe: Option<ChildStdin>,
}

const KEEPER: &str = r#""$@" </dev/null >/dev/null 2>&1 & server=$!; read gone
kill -INT "$server" 2>/dev/null; wait "$server"; rm -rf "$PWD""#;

impl Server {
    pub fn start(settings: &[&str]) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let initdb = std::env::split_paths(&path)
            .map(|folder| folder.join("initdb"))
            .find(|path| path.is_file())
            .expect("`initdb` is not installed: it comes with the Debian package postgresql");
        let programs = std::fs::canonicalize(initdb).unwrap().parent().unwrap().to_owned();
        let number = COUNTER.fetch_add(1, Ordering::SeqCst);
        let folder = std::env::temp_dir().join(format!("casegate-store-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let account = unprivileged_account();
        if let Some((user, group)) = account {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let run = |program: &str| {
            let mut command = Command::new(program);
            if let Some((user, group)) = account {
                command.uid(user).gid(group);
            }
            command.current_dir(&folder).stdout(Stdio::null());
            command
        };
        let mut initialise = run(programs.join("initdb").to_str().unwrap());
        initialise.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        assert!(initialise.args(["-D", "data"]).status().unwrap().success(), "initdb failed");

        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut keeper = run("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(programs.join("postgres"));
        keeper.args(["-D", "data", "-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        keeper.args(["-c", &format!("unix_socket_directories={}", folder.display()), "-c", "max_connections=300"]);
        let mut keeper = keeper.args(settings).stdin(Stdio::piped()).spawn().unwrap();
        let pipe = keeper.stdin.take();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let server = Self { url, keeper, pipe };
        let ready = |text: String| text.lines().nth(7).map(str::trim) == Some("ready");
        for _ in 0..300 {
            if std::fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(ready) {
                return server;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL was not ready within 30 s");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.keeper.wait();
    }
}

/// PostgreSQL refuses to run as root.
fn unprivileged_account() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].into_iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}
