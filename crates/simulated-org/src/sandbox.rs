//! A sandbox copied from production: the same records under the same ids, in another Org.
//!
//! Format: Salesforce Help, "What Changes in a Sandbox": user names get the sandbox's name, addresses end in `.invalid`.

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::cell::Cell;
use crate::org::Org;
use crate::seed::Seeded;
use crate::seed::people::{ADMIN, plant_organization, user_id};
use crate::work::Work;

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
