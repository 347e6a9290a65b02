//! A sandbox copied from production: the same records under the same ids, in another Org.
//!
//! Format: Salesforce Help, "What Changes in a Sandbox": user names get the sandbox's name, addresses end in `.invalid`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::cell::Cell;
use crate::options::Options;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::seed::Seeded;
use crate::seed::people::{ADMIN, plant_organization, user_id};
use crate::work::Work;

/// What a copy of `production` starts with: the same but for its name and its own Org id, on free ports of this machine.
/// `number` tells one sandbox of an Org from the next.
pub fn options(production: &Org, name: &str, number: u64) -> Options {
    let own = &production.options;
    let free = |address: SocketAddr| SocketAddr::new(address.ip(), 0);
    // What a deploy brought is copied too.
    let deployed = production.deployed.as_ref().map(|folder| folder.path().to_owned());
    let (base, ahead) = (own.clock.clone(), production.clock.now() - (own.clock)());
    Options {
        listen: free(own.listen),
        https_listen: own.https_listen.map(free),
        admin_listen: free(own.admin_listen),
        smtp_listen: free(own.smtp_listen),
        fresh: own.fresh && deployed.is_none(),
        metadata: deployed.or_else(|| own.metadata.clone()),
        sandbox: true,
        org_id: RecordId::numbered("00D", number).to_string(),
        instance_prefix: format!("{}--{name}", own.instance_prefix),
        clock: Arc::new(move || base() + ahead),
        // Another Org signs with another key.
        agent_key_and_certificate: None,
        // The referee of a copy is asked over the copy's own admin port.
        strict: false,
        ..own.clone()
    }
}

/// Fills `sandbox`, which is empty, with everything `production` holds, and renames its people.
pub fn copy(production: &Org, sandbox: &Org) -> Result<Seeded> {
    {
        let from = production.world();
        let mut into = sandbox.world();
        into.rows.take_over(&from.rows, "Organization");
        into.shares = from.shares.clone();
    }
    let mut seeded = production.seeded().clone();
    sandbox.work(user_id(ADMIN), |work| {
        plant_organization(work);
        rename_people(work, &mut seeded)
    })?;
    Ok(seeded)
}

/// What every sandbox does with the people it was made with.
pub fn rename_people(work: &mut Work, seeded: &mut Seeded) -> Result<()> {
    let name = sandbox_name(&work.org.options.instance_prefix).to_owned();
    let people: Vec<_> = work.world.rows.all("User").map(|row| row.id).collect();
    for id in people {
        let row = work.world.rows.row_mut("User", id).context("a person that was just listed")?;
        for (field, ending) in [("Username", name.as_str()), ("Email", "invalid")] {
            if let Some(text) = row.text(field).map(|text| format!("{text}.{ending}")) {
                row.set(field, Cell::text(text));
            }
        }
        let username = row.text("Username").unwrap_or_default().to_owned();
        let about = seeded.get_mut("users").into_iter().flat_map(|users| users.values_mut());
        for about in about.filter(|about| about["id"] == id.to_string()) {
            about["username"] = json!(username);
        }
    }
    Ok(())
}

/// `northwind--full` is the sandbox `full` of `northwind`.
fn sandbox_name(instance_prefix: &str) -> &str {
    instance_prefix.split_once("--").map_or("sandbox", |(_, name)| name)
}
