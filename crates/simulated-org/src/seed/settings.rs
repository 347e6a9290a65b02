//! Custom metadata records as deployed, then edited the way an admin would: this Org's connector.

use anyhow::{Context as _, Result};

use crate::cell::Cell;
use crate::rows::Row;
use crate::rows::system_fields::stamp;
use crate::schema::load_metadata::{self, SettingsRecord};
use crate::work::Work;

pub fn plant(work: &mut Work) -> Result<()> {
    let Some(metadata) = work.org.options.metadata.clone() else { return Ok(()) };
    let schema = &work.org.schema;
    for SettingsRecord { object, name: record, values } in load_metadata::settings(schema, &metadata)? {
        let kind = schema.object(&object).context("settings of an unknown type")?;
        let mut row = Row::new(work.world.rows.next_id(&kind.key_prefix));
        row.set("DeveloperName", Cell::text(&record));
        row.set("MasterLabel", Cell::text(&record));
        row.set("QualifiedApiName", Cell::text(&record));
        for (name, value) in values {
            let field = kind.field(&name).with_context(|| format!("{object} has no field {name}"))?;
            if !value.is_empty() {
                row.set(&field.name, Cell::text(value));
            }
        }
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
        stamp(&mut row, work.user, work.now);
        work.world.rows.put(&object, row);
    }
    Ok(())
}
