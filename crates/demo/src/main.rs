//! The product on one machine, with everything around it simulated, for a person or for a check.
//!
//! `cargo xtask demo` builds what it shows and starts it.
//!
//! Invariants: everything listens on loopback; everything it leaves lies in one folder; every process it starts ends
//! with it.

mod admin;
mod check;
mod configuration;
mod keys;
mod page;
mod process;
mod recovery;
mod relay;
mod stage;

use std::{fs, io, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use clap::Parser as _;
use xtask::{say, workspace};

use relay::Uplink;
use stage::Stage;

/// Bytes per second: a good mobile network, on which 100 MB take a quarter of a minute.
const PHONE_UPLINK: u32 = 7_000_000;

#[derive(clap::Parser)]
#[command(name = "casegate-demo", about = "Shows Casegate with everything around it simulated")]
struct Arguments {
    /// Goes the whole way over HTTP without a person; ends well only if the agent's file is the customer's, byte for byte.
    #[arg(long)]
    check: bool,
    /// Where everything is kept; emptied first.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Port of the page that shows it all.
    #[arg(long, value_name = "N", default_value_t = 4280)]
    port: u16,
    /// Ends when standard input does, for a parent that may die without a word; any free port will do.
    #[arg(long, hide = true)]
    until_input_ends: bool,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        say::complaint(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(show(arguments));
    // A reader of standard input cannot be interrupted; it must not hold the end up.
    runtime.shutdown_background();
    outcome
}

async fn show(arguments: &Arguments) -> Result<ExitCode> {
    let data = fresh_folder(arguments)?;
    say::line("starting a Salesforce Org (simulated) and the connector …");
    // A person watches a file travel; a program only waits for it.
    let watched = !arguments.until_input_ends && !arguments.check;
    let (port, uplink) =
        if watched { (arguments.port, Uplink::BytesPerSecond(PHONE_UPLINK)) } else { (0, Uplink::Unlimited) };
    let stage = Stage::set(&data, port, uplink).await?;
    let outcome =
        if arguments.check { check::run(&stage).await } else { stand(&stage, arguments.until_input_ends).await };
    stage.strike().await;
    if outcome.is_err() {
        say::line(&format!("what the programs wrote is in {}", data.join("logs").display()));
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn stand(stage: &Arc<Stage>, until_input_ends: bool) -> Result<()> {
    let url = page::open(stage).await?;
    stage.announce(&url)?;
    say::heading("Casegate");
    say::line(&format!("\n    {url}\n"));
    say::line(&format!("Everything it keeps is in {}. Ctrl-C ends it.", stage.data.display()));
    let input_ended = async {
        if until_input_ends {
            let _ = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("listening for Ctrl-C"),
        () = input_ended => Ok(()),
    }
}

/// Only a folder that an earlier demo made, or that does not exist, is emptied.
fn fresh_folder(arguments: &Arguments) -> Result<PathBuf> {
    let name = if arguments.check { "target/demo-check" } else { "demo-data" };
    let data = arguments.data.clone().unwrap_or_else(|| workspace::root().join(name));
    let data = std::path::absolute(data)?;
    let mark = data.join(".casegate-demo");
    if data.exists() {
        let empty = fs::read_dir(&data)?.next().is_none();
        anyhow::ensure!(empty || mark.exists(), "{} holds something else; name another --data", data.display());
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(data.join("logs")).with_context(|| format!("creating {}", data.display()))?;
    fs::write(mark, "This folder is emptied when the demo starts again.\n")?;
    Ok(data)
}
