//! `cargo xtask demo --check`: the whole main job over HTTP, with the network cut in the middle of the file and the
//! connector killed before it is sent on.

mod agent;
mod customer;
mod sample;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use tokio::time;

use crate::{recovery::Stored, stage::Stage};
use agent::Agent;
use customer::Customer;
use sample::Sample;
use xtask::say;

/// Not a multiple of any chunk or segment, and several segments long.
const SIZE: usize = 21 * 1024 * 1024 + 4_321;
/// The network goes while this much is under way.
const CUT_AFTER: usize = 10 * 1024 * 1024 + 99;

pub async fn run(stage: &Arc<Stage>) -> Result<()> {
    let sample = Sample::make(SIZE);
    let agent = Agent::new(stage)?;

    let request = agent.request_file().await?;
    step(&format!("the agent asks for a file on her Case: {request}"));

    let link = agent.link_in_mail(&request).await?;
    step("the customer's mail holds the link");

    let mut customer = Customer::new(&stage.base_url)?;
    customer.redeem(&link).await?;
    step("the link is redeemed; the page names the organisation, the purpose and the time it is kept");

    let upload = customer.create_upload(&sample).await?;
    customer.send_until_cut(&upload, &sample, CUT_AFTER, stage).await?;
    step(&format!("the network is cut after {CUT_AFTER} of {SIZE} bytes"));

    stage.kill_connector(Duration::ZERO).await?;
    stage.relay.cut(false);
    step("the connector is killed with SIGKILL, and started again");

    let offset = customer.offset(&upload).await?;
    ensure!(offset > 0 && offset <= CUT_AFTER, "after the cut the server holds {offset} bytes");
    customer.send_rest(&upload, &sample, offset).await?;
    step(&format!("the upload goes on at byte {offset} and arrives whole"));

    customer.finish(&sample).await?;
    step("the receipt names the file, its size and its SHA-256");

    let file = agent.attached_file(&sample).await?;
    agent.expect_one_record(&sample).await?;
    step("the file is attached to the Case, once, and the Org holds no byte of it");

    let url = agent.ticket(&file).await?;
    agent.download(&url, &sample).await?;
    step(&format!("the agent opens it, whole and in part: byte-identical, SHA-256 {}", sample.sha256));

    open_with_age(stage, &sample)?;

    stage.org.take_case_away(true).await?;
    agent.expect_refusal(&file).await?;
    stage.org.take_case_away(false).await?;
    step("without the Case, the agent may no longer open the file");

    say::line("\nThe file that the agent opened is the file that the customer sent.");
    Ok(())
}

fn open_with_age(stage: &Stage, sample: &Sample) -> Result<()> {
    let stored = Stored::newest(&stage.data)?.context("nothing lies in the vault")?;
    match stored.open(&stage.data)? {
        Some(opened) => {
            ensure!(std::fs::read(&opened)? == sample.bytes, "`age` opens something else");
            step("`age -d`, twice, with the recovery key opens the stored file: byte-identical");
        }
        None => say::line("  – `age` is not installed here; the recovery key was not tried"),
    }
    Ok(())
}

fn step(what: &str) {
    say::line(&format!("  ✓ {what}"));
}

/// Looks again and again until there is something to see.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..600 {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        time::sleep(Duration::from_millis(100)).await;
    }
    bail!("{what}: not within a minute")
}

/// A readable failure for an unexpected status.
async fn expect(response: reqwest::Response, status: u16) -> Result<reqwest::Response> {
    if response.status().as_u16() == status {
        return Ok(response);
    }
    let (got, path) = (response.status(), response.url().path().to_owned());
    bail!("{path} answers {got} where {status} is due: {}", response.text().await.unwrap_or_default())
}
