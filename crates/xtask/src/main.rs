//! `cargo xtask`: what cargo alone cannot do. Sets a fresh machine up, runs every gate, and shows the product.

mod cargo;
mod clock;
mod demo;
mod fuzz;
mod postgres;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::say;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Sets up, tests and demonstrates Casegate")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs every gate, or the named parts of it.
    Test(test::Arguments),
    /// Shows a Case page, a customer's mailbox and a customer's phone side by side, until Ctrl-C.
    Demo(demo::Arguments),
    /// Fuzzes every parser for a minute: for once a week, with a nightly toolchain.
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            say::complaint(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
