//! The commands of `casegate`.
//!
//! Standard output carries what a command was asked for; logs and errors go to standard error.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    pin::pin,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use connector::{
    check_config::Openers,
    clock::Clock,
    config::{Config, DatabaseConfig, ObjectsConfig, OrgConfig},
    connect_org::Particulars,
    randomness::Randomness,
    store::Store,
    telemetry::install_logs,
};
use envelope::Identity;
use object_store::ObjectStore;
use salesforce_client::OrgConnection;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

#[derive(Parser)]
#[command(name = "casegate", version, about = "Exchange files with customers from inside a Salesforce Case")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the connector until SIGTERM or Ctrl-C.
    Serve {
        #[arg(long)]
        config: PathBuf,
    },
    /// Try every dependency named in the configuration; exit with 1 if one fails.
    CheckConfig {
        #[arg(long)]
        config: PathBuf,
    },
    /// Connect a Salesforce Org, step by step; exit with 1 while something is wrong there.
    ConnectOrg(Particulars),
    /// Make an age identity: a current key for the connector, or a recovery key to keep elsewhere.
    NewKey {
        /// Write the identity to this new file, readable by its owner only, and print just the recipient.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Print the description of the API, OpenAPI 3.1.
    Openapi,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { config } => serve(&config).map(|()| ExitCode::SUCCESS),
        Command::CheckConfig { config } => check_config(&config),
        Command::ConnectOrg(particulars) => connect_org(particulars),
        Command::NewKey { output } => new_key(output.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Openapi => print_openapi().map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "casegate: {error:#}");
        ExitCode::FAILURE
    })
}

fn serve(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    install_logs(&config.telemetry).context("logs cannot be installed")?;
    runtime()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be awaited")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("Ctrl-C cannot be awaited")?;
        let stop = CancellationToken::new();
        let mut serving = pin!(connector::serve(config, stop.clone()));
        tokio::select! {
            ended = &mut serving => return ended,
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(target: "casegate", "stopping");
        stop.cancel();
        serving.await
    })
}

fn check_config(path: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::load(path)?;
    let (clock, randomness) = (Clock::system(), Randomness::system());
    let openers = Openers {
        database: async |config: &DatabaseConfig| open_database(config).await,
        objects: open_objects,
        org: |org: &OrgConfig| open_org(org, clock.clone()),
    };
    let report = runtime()?.block_on(connector::check_config::check_config(&config, openers, clock.now(), &randomness));
    write!(io::stdout(), "{report}")?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn connect_org(particulars: Particulars) -> anyhow::Result<ExitCode> {
    let (input, output, clock) = (io::stdin().lock(), io::stdout(), Clock::system());
    let connected = connector::connect_org::connect_org(particulars, input, output, &clock);
    Ok(if runtime()?.block_on(connected)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn open_database(config: &DatabaseConfig) -> Result<String, String> {
    let store = Store::connect(config.url.reveal(), 1)
        .await
        .map_err(|error| format!("{:?} does not let us in; check database.url. {error}", config.engine))?;
    let durable = store.assert_durable().await.map_err(|error| error.to_string());
    store.close().await;
    durable.map(|()| format!("{:?}, durable", config.engine))
}

fn open_objects(config: &ObjectsConfig) -> Result<Arc<dyn ObjectStore>, String> {
    connector::vault::open_objects(&config.url, &config.options())
        .map(|at| at.objects)
        .map_err(|error| error.to_string())
}

fn open_org(org: &OrgConfig, clock: Clock) -> Result<OrgConnection, String> {
    OrgConnection::new(org.client_settings(), Arc::new(move || clock.now().as_millis()))
        .map_err(|error| error.to_string())
}

fn print_openapi() -> anyhow::Result<()> {
    use utoipa::OpenApi as _;
    let description = connector::api::openapi::Api::openapi().to_pretty_json()?;
    Ok(writeln!(io::stdout(), "{description}")?)
}

fn new_key(output: Option<&Path>) -> anyhow::Result<()> {
    let randomness = Randomness::system();
    let identity = Identity::generate(&mut |out| randomness.fill(out))?;
    let recipient = identity.recipient();
    // The form that age-keygen writes, so that the stock tool reads it.
    let text = Zeroizing::new(format!("# public key: {recipient}\n{}\n", *identity.to_text()));
    let Some(path) = output else {
        return Ok(write!(io::stdout(), "{}", *text)?);
    };
    connector::private_file::write_new(path, &text)?;
    Ok(writeln!(io::stdout(), "{recipient}")?)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no thread can be started")
}
