//! Runs one simulated Org for development, seeded with sample Cases, until Ctrl-C.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use simulated_org::{Options, SimulatedOrg};

/// A strict Salesforce Org over HTTP, on this machine only.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The Org's own origin; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The same origin over TLS, certified by a throw-away CA.
    #[arg(long)]
    https_listen: Option<SocketAddr>,
    /// Control and inspection, and the customers' mailbox.
    #[arg(long, default_value = "127.0.0.1:0")]
    admin_listen: SocketAddr,
    #[arg(long, default_value = "127.0.0.1:0")]
    smtp_listen: SocketAddr,
    /// The repository root, which holds `salesforce/`.
    #[arg(long)]
    metadata: Option<PathBuf>,
    /// Start without our metadata, as an Org fresh from the shop: a deploy brings it.
    #[arg(long)]
    fresh: bool,
    /// Say of itself that it is a sandbox, and give people sandbox user names. A copy of what a running Org holds is made
    /// by that Org: `POST /__sim/sandbox {"name": "full"}` on its admin port answers where the copy listens.
    #[arg(long)]
    sandbox: bool,
    /// The built Case page.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// Where the connector is reached: audience of agent tokens, allowed by the page's content policy.
    #[arg(long)]
    connector_url: String,
    #[arg(long, default_value = "00D5g00000AbCdEEAV")]
    org_id: String,
    /// First label of the My Domain name.
    #[arg(long, default_value = "northwind")]
    instance_prefix: String,
    /// Namespace of our managed package; empty when unmanaged.
    #[arg(long, default_value = "")]
    namespace: String,
    /// Key that signs agent tokens, kept over restarts; made when the file is missing.
    #[arg(long, requires = "agent_certificate_file")]
    agent_key_file: Option<PathBuf>,
    #[arg(long, requires = "agent_key_file")]
    agent_certificate_file: Option<PathBuf>,
    /// Refuse JWT bearer assertions that live longer than the documented three minutes.
    #[arg(long)]
    strict_jwt: bool,
    /// Say one untruth, so that the tests can be tested.
    #[cfg(debug_assertions)]
    #[arg(long)]
    lie: Option<simulated_org::lies::Lie>,
    /// Print one line of JSON with the addresses when ready.
    #[arg(long)]
    print_ready: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    #[cfg(debug_assertions)]
    if let Some(lie) = arguments.lie {
        simulated_org::lies::tell(lie);
    }
    let addresses = [arguments.listen, arguments.admin_listen, arguments.smtp_listen];
    for address in addresses.into_iter().chain(arguments.https_listen) {
        if !address.ip().is_loopback() {
            bail!("{address} is no loopback address: the simulated org has no defences");
        }
    }
    let files = arguments.agent_key_file.as_ref().zip(arguments.agent_certificate_file.as_ref());
    let kept = match files {
        Some((key, certificate)) if key.exists() => Some((
            std::fs::read_to_string(key).with_context(|| key.display().to_string())?,
            std::fs::read_to_string(certificate).with_context(|| certificate.display().to_string())?,
        )),
        _ => None,
    };
    let org = SimulatedOrg::start(Options {
        listen: arguments.listen,
        https_listen: arguments.https_listen,
        admin_listen: arguments.admin_listen,
        smtp_listen: arguments.smtp_listen,
        metadata: arguments.metadata,
        fresh: arguments.fresh,
        sandbox: arguments.sandbox,
        assets: arguments.assets,
        connector_url: arguments.connector_url.trim_end_matches('/').to_owned(),
        org_id: arguments.org_id,
        instance_prefix: arguments.instance_prefix,
        namespace: arguments.namespace,
        agent_key_and_certificate: kept.clone(),
        strict_jwt: arguments.strict_jwt,
        ..Options::default()
    })
    .await?;
    if let (Some((key, certificate)), None) = (files, kept) {
        std::fs::write(key, org.agent_key_pem()).with_context(|| key.display().to_string())?;
        std::fs::write(certificate, org.agent_certificate_pem()).with_context(|| certificate.display().to_string())?;
    }
    tracing::info!(url = org.url(), admin_url = org.admin_url(), smtp = org.smtp_address(), "ready");
    if arguments.print_ready {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", org.addresses())?;
        out.flush()?;
    }
    tokio::signal::ctrl_c().await?;
    org.stop().await;
    Ok(())
}
