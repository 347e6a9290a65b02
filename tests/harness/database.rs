//! Databases that last as long as a test: a SQLite file in its folder, or a PostgreSQL database of its own.
//!
//! PostgreSQL's server is the caller's (`CASEGATE_TEST_POSTGRES_URL`) or one that this process starts for itself.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::child::{self, Served};
use crate::options::Engine;
use crate::{port, variables};

pub struct Database {
    pub url: String,
    /// PostgreSQL only: what to drop, and where.
    dropped: Option<(String, String)>,
}

impl Database {
    pub async fn create(engine: Engine, folder: &Path) -> Self {
        match engine {
            Engine::Sqlite => {
                Self { url: format!("sqlite://{}", folder.join("casegate.sqlite").display()), dropped: None }
            }
            Engine::Postgres => Self::on_postgres("LC_COLLATE 'C' LC_CTYPE 'C'").await,
        }
    }

    /// `options` of `CREATE DATABASE`, beyond template and encoding.
    pub async fn on_postgres(options: &str) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let server = tokio::task::spawn_blocking(postgres_server).await.expect("the server starts");
        let number = COUNTER.fetch_add(1, Ordering::SeqCst);
        let name = format!("casegate_{}_{number}", std::process::id());
        say(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        say(server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {options}")).await;
        let (place, _) = server.rsplit_once('/').expect("the url names a database");
        Self { url: format!("{place}/{name}"), dropped: Some((server.to_owned(), name)) }
    }

    pub async fn remove(self) {
        if let Some((server, name)) = self.dropped {
            say(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

async fn say(server: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(server).await.expect("the PostgreSQL server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.expect("a connection closes");
}

/// The url of a server, with a database to begin in.
fn postgres_server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| variables::postgres_url().unwrap_or_else(start_postgres))
}

fn start_postgres() -> String {
    static SERVER: OnceLock<Served> = OnceLock::new();
    let initdb = child::program("initdb", "the Debian package postgresql");
    let programs = std::fs::canonicalize(initdb).expect("the program is there");
    let programs = programs.parent().expect("a program lies in a folder");
    let account = child::unprivileged_account();
    let folder = std::env::temp_dir().join(format!("casegate-tests-postgres-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("the folder for PostgreSQL is new");
    let mut initialise = Command::new(programs.join("initdb"));
    initialise.args([
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "-D",
        "data",
    ]);
    initialise.current_dir(&folder).stdout(Stdio::null());
    if let Some(account) = account {
        use std::os::unix::process::CommandExt as _;
        std::os::unix::fs::chown(&folder, Some(account.user), Some(account.group))
            .expect("root may give a folder away");
        initialise.uid(account.user).gid(account.group);
    }
    assert!(initialise.status().expect("initdb starts").success(), "initdb failed");
    let port = port::free_port();
    let (port_text, sockets) = (port.to_string(), format!("unix_socket_directories={}", folder.display()));
    let arguments = [
        "-D",
        "data",
        "-p",
        &port_text,
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        &sockets,
        "-c",
        "max_connections=300",
        "-c",
        "log_min_messages=fatal",
    ];
    let served = Served::start(&programs.join("postgres"), &arguments, &folder, account).expect("PostgreSQL starts");
    let _ = SERVER.set(served);
    let ready = |text: String| text.lines().nth(7).map(str::trim) == Some("ready");
    for _ in 0..300 {
        if std::fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(ready) {
            return format!("postgres://postgres@127.0.0.1:{port}/postgres");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("PostgreSQL was not ready within 30 s");
}
