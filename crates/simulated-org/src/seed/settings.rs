//! What an admin entered: the connector as a Trusted URL, and custom metadata records, edited after they were deployed.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::insert;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::rows::system_fields::stamp;
use crate::schema::load_metadata::{self, SettingsRecord};
use crate::schema::trusted_urls::TRUSTED_URL;
use crate::work::Work;

pub fn plant(work: &mut Work) -> Result<()> {
    let options = &work.org.options;
    let trusted = json!({
        "DeveloperName": "Casegate",
        "MasterLabel": "Casegate",
        "EndpointUrl": options.connector_url,
        "IsActive": true,
        "Context": "LEX",
        "IsApplicableToConnectSrc": true,
    });
    insert(work, TRUSTED_URL, trusted)?;
    let Some(metadata) = options.metadata.clone().filter(|_| !options.fresh) else { return Ok(()) };
    for record in load_metadata::settings(&work.org.schema, &metadata)? {
        let object = record.object.clone();
        let id = keep(work, record)?;
        let schema = &work.org.schema;
        let kind = schema.object(&object).context("settings of an unknown type")?;
        let Some(row) = work.world.rows.row_mut(&object, id) else { continue };
        let connector = &work.org.options.connector_url;
        for (name, value) in [
            ("BaseUrl__c", connector.as_str()),
            ("Audience__c", connector.as_str()),
            ("Certificate__c", crate::agent_token::CERTIFICATE_NAME),
            ("LanguageField__c", "Contact.Preferred_Language__c"),
        ] {
            let name = schema.ours(name);
            if kind.field(&name).is_some() {
                row.set(&name, Cell::text(value));
            }
        }
    }
    Ok(())
}

/// One record as deployed: a new one, or new values for the one of that name.
pub fn keep(work: &mut Work, record: SettingsRecord) -> Result<RecordId> {
    let SettingsRecord { object, name: record, values } = record;
    let kind = work.org.schema.object(&object).context("settings of an unknown type")?;
    let known = work.world.rows.all(&object).find(|row| row.text("DeveloperName") == Some(&record)).cloned();
    let mut row = known.unwrap_or_else(|| Row::new(work.world.rows.next_id(&kind.key_prefix)));
    row.set("DeveloperName", Cell::text(&record));
    row.set("MasterLabel", Cell::text(&record));
    row.set("QualifiedApiName", Cell::text(&record));
    for (name, value) in values {
        let field = kind.field(&name).with_context(|| format!("{object} has no field {name}"))?;
        row.set(&field.name, if value.is_empty() { Cell::Null } else { Cell::text(value) });
    }
    stamp(&mut row, work.user, work.now);
    let id = row.id;
    work.world.rows.put(&object, row);
    Ok(id)
}
