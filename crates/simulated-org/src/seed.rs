//! A small believable support organisation, the same every time: people, customers and their Cases.
//!
//! Record ids follow from the order of inserts, so every Org seeded here holds the same ids.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use crate::record_id::RecordId;
use crate::rights::write_rows;
use crate::rows::insert_row::insert_row;
use crate::work::Work;

pub mod apps;
pub mod cases;
pub mod customers;
pub mod people;
pub mod settings;

/// Record ids by kind and nickname: `users.anna`, `cases.gateway_reboots`.
pub type Seeded = BTreeMap<String, BTreeMap<String, Value>>;

/// Fills an empty Org. Everything passes the validation that API writes pass.
pub fn plant(work: &mut Work) -> Result<Seeded> {
    let mut seeded = Seeded::new();
    people::plant(work, &mut seeded)?;
    write_rows(work);
    settings::plant(work)?;
    customers::plant(work, &mut seeded)?;
    cases::plant(work, &mut seeded)?;
    Ok(seeded)
}

fn insert(work: &mut Work, object: &str, body: Value) -> Result<RecordId> {
    let kind = work.org.schema.object(object).with_context(|| format!("no object {object}"))?;
    let members: Map<String, Value> = body.as_object().cloned().context("a row is an object")?;
    insert_row(work, kind, &members).map_err(|refused| anyhow::anyhow!("seeding {object}: {refused:?}"))
}

fn note(seeded: &mut Seeded, kind: &str, nickname: &str, id: RecordId, mut about: Value) {
    about["id"] = json!(id.to_string());
    seeded.entry(kind.to_owned()).or_default().insert(nickname.to_owned(), about);
}

fn id_of(seeded: &Seeded, kind: &str, nickname: &str) -> Result<RecordId> {
    let id = seeded.get(kind).and_then(|kind| kind.get(nickname)).and_then(|about| about["id"].as_str());
    id.and_then(RecordId::parse).with_context(|| format!("no seeded {kind} {nickname}"))
}
