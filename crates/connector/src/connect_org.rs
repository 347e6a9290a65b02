//! `casegate connect-org`: takes an admin from nothing to a working connection to one Org.
//!
//! Makes the key and the certificate that we log in with, says what to enter in Setup, then looks at every step with the
//! rights of the integration user and says in a sentence what is still wrong.
//!
//! Invariants: nothing is written to the Org; no key and no token is printed; the session is ended.

use std::{
    io::{BufRead, Write},
    path::PathBuf,
};

use clap::Args;

use crate::{check_config::Report, clock::Clock};

mod access;
mod agent_token;
mod guide;
mod key_pair;
mod login;
mod package;
mod rights;
mod trusted_url;
mod verify;

pub use verify::verify;

/// What is known about the Org. What is missing is asked for, unless `--verify-only`.
#[derive(Args, Clone, Debug, Default)]
pub struct Particulars {
    /// Folder for the key and the certificate that we log in with; both are made when missing.
    #[arg(long)]
    pub folder: PathBuf,
    /// The Org's My Domain, like https://acme.my.salesforce.com
    #[arg(long)]
    pub instance_url: String,
    /// This connector's address, like https://files.example.com
    #[arg(long)]
    pub base_url: String,
    /// Consumer key of the External Client App.
    #[arg(long)]
    pub client_id: Option<String>,
    /// User name of the integration user.
    #[arg(long)]
    pub username: Option<String>,
    /// Audience of our assertions; from --sandbox when not given.
    #[arg(long)]
    pub audience: Option<String>,
    /// The Org is a sandbox.
    #[arg(long)]
    pub sandbox: bool,
    /// Namespace of the managed package, if it is one.
    #[arg(long, default_value = "")]
    pub namespace_prefix: String,
    /// The certificate for agent tokens, downloaded from the Org, PEM.
    #[arg(long)]
    pub agent_certificate: Option<PathBuf>,
    /// A file with one agent token that is at most five minutes old.
    #[arg(long)]
    pub agent_token_file: Option<PathBuf>,
    /// Ask nothing and make nothing: only look, and exit with 1 if something is wrong.
    #[arg(long)]
    pub verify_only: bool,
}

impl Particulars {
    fn audience(&self) -> &str {
        self.audience.as_deref().unwrap_or(if self.sandbox {
            "https://test.salesforce.com"
        } else {
            "https://login.salesforce.com"
        })
    }

    fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
    }

    fn username(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }
}

/// Whether everything is right in the end.
pub async fn connect_org(
    mut particulars: Particulars,
    mut input: impl BufRead,
    mut output: impl Write,
    clock: &Clock,
) -> anyhow::Result<bool> {
    if particulars.verify_only {
        let report = verify(&particulars, clock).await;
        write!(output, "{report}")?;
        return Ok(report.is_good());
    }
    key_pair::make_if_missing(&particulars.folder, clock.now())?;
    write!(output, "{}", guide::what_to_enter(&particulars))?;
    for (question, answer) in [
        ("Consumer key of the app: ", &mut particulars.client_id),
        ("User name of the integration user: ", &mut particulars.username),
    ] {
        if answer.is_none() {
            *answer = ask(&mut input, &mut output, question)?;
        }
    }
    if particulars.agent_certificate.is_none() {
        let file = ask(&mut input, &mut output, "File of the certificate for agent tokens: ")?;
        particulars.agent_certificate = file.map(PathBuf::from);
    }
    if particulars.agent_token_file.is_none() {
        writeln!(output, "\n{}", guide::how_to_mint_a_token())?;
        let file = ask(&mut input, &mut output, "File with a token: ")?;
        particulars.agent_token_file = file.map(PathBuf::from);
    }
    loop {
        let report: Report = verify(&particulars, clock).await;
        write!(output, "\n{report}")?;
        if report.is_good() {
            write!(output, "\n{}", guide::what_is_left(&particulars))?;
            return Ok(true);
        }
        let again = ask(&mut input, &mut output, "\nEnter looks again; q and Enter stops: ")?;
        if again.is_some() {
            return Ok(false);
        }
    }
}

/// `None` for an empty line. The end of the input is an answer too: nobody is there.
fn ask(input: &mut impl BufRead, output: &mut impl Write, question: &str) -> anyhow::Result<Option<String>> {
    write!(output, "{question}")?;
    output.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Ok(Some(String::new()));
    }
    Ok(Some(line.trim().to_owned()).filter(|answer| !answer.is_empty()))
}
