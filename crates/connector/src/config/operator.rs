//! `[operator]`: who runs this connector and what customers must be told before they send anything.

use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{ConfigError, Words, not_empty};
use crate::language::Language;

#[derive(Clone, Debug)]
pub struct OperatorConfig {
    pub organisation: String,
    pub stored_where: Words,
    pub legal_basis: Words,
    pub dpo_contact: String,
    pub time_zone: TimeZone,
    /// `None`: customers are informed, not asked.
    pub consent: Option<ConsentConfig>,
}

#[derive(Clone, Debug)]
pub struct ConsentConfig {
    pub wording: Words,
    /// Follows from the words themselves, so that nobody can change what people agreed to and forget the version.
    pub version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOperator {
    organisation: String,
    stored_where: Words,
    legal_basis: Words,
    dpo_contact: String,
    time_zone: String,
    consent_wording: Option<Words>,
}

impl RawOperator {
    pub(super) fn read(self) -> Result<OperatorConfig, ConfigError> {
        let organisation = not_empty("operator.organisation", self.organisation)?;
        // It is a mail's subject and sender name.
        if organisation.chars().any(char::is_control) || organisation.chars().count() > 120 {
            return Err(ConfigError::wrong("operator.organisation", "it must be one line of at most 120 characters"));
        }
        let time_zone = TimeZone::get(&self.time_zone).map_err(|_| {
            ConfigError::wrong(
                "operator.time_zone",
                format!("{:?} is no IANA time zone; write it like Europe/Berlin", self.time_zone),
            )
        })?;
        Ok(OperatorConfig {
            organisation,
            stored_where: not_blank("operator.stored_where", self.stored_where)?,
            legal_basis: not_blank("operator.legal_basis", self.legal_basis)?,
            dpo_contact: not_empty("operator.dpo_contact", self.dpo_contact)?,
            time_zone,
            consent: self
                .consent_wording
                .map(|wording| not_blank("operator.consent_wording", wording))
                .transpose()?
                .map(|wording| ConsentConfig { version: version_of(&wording), wording }),
        })
    }
}

fn not_blank(key: &str, words: Words) -> Result<Words, ConfigError> {
    if words.is_blank() { Err(ConfigError::wrong(key, "it is empty")) } else { Ok(words) }
}

fn version_of(wording: &Words) -> String {
    let mut hash = Sha256::new();
    for language in Language::ALL {
        let text = wording.in_language(language);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex::encode(&hash.finalize()[..8])
}
