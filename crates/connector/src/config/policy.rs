//! `[policy]`: what customers may send, for how long a link lives and a file is kept.

use secure_files::{ConsentWording, Policy};
use serde::Deserialize;

use super::{Config, ConfigError};
use crate::language::Language;

#[derive(Clone, Debug)]
pub struct PolicyConfig {
    /// `None`: any size.
    pub max_file_bytes: Option<u64>,
    /// Lower case, without the dot; empty: any type.
    pub accepted_extensions: Vec<String>,
    pub link_lifetime_hours: u32,
    pub retention_days: u32,
    /// Per FileRequest; `None`: any number.
    pub max_files: Option<u32>,
    pub download_hours: u32,
}

impl Config {
    /// What holds for a request made now, whatever the operator changes later.
    pub fn policy_of_request(&self, language: Language, link_lifetime_hours: u32) -> Policy {
        let policy = &self.policy;
        Policy {
            max_file_bytes: policy.max_file_bytes,
            accepted_extensions: policy.accepted_extensions.clone(),
            link_lifetime_hours,
            retention_days: policy.retention_days,
            max_files: policy.max_files,
            consent: self.operator.consent.as_ref().map(|consent| ConsentWording {
                version: consent.version.clone(),
                text: consent.wording.in_language(language).to_owned(),
            }),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    max_file_bytes: Option<u64>,
    #[serde(default)]
    accepted_extensions: Vec<String>,
    link_lifetime_hours: Option<u32>,
    retention_days: Option<u32>,
    max_files: Option<u32>,
    download_hours: Option<u32>,
}

impl RawPolicy {
    pub(super) fn read(self) -> Result<PolicyConfig, ConfigError> {
        if self.max_file_bytes == Some(0) {
            return Err(ConfigError::wrong(
                "policy.max_file_bytes",
                "0 would refuse every file; leave it out for any size",
            ));
        }
        if self.max_files == Some(0) {
            return Err(ConfigError::wrong(
                "policy.max_files",
                "0 would refuse every file; leave it out for any number",
            ));
        }
        Ok(PolicyConfig {
            max_file_bytes: self.max_file_bytes,
            accepted_extensions: self.accepted_extensions.into_iter().map(extension).collect::<Result<_, _>>()?,
            link_lifetime_hours: within(
                "policy.link_lifetime_hours",
                self.link_lifetime_hours.unwrap_or(14 * 24),
                ONE_YEAR_HOURS,
            )?,
            // A century is "for good" without overflowing a date.
            retention_days: within("policy.retention_days", self.retention_days.unwrap_or(90), 36_525)?,
            max_files: self.max_files,
            download_hours: within("policy.download_hours", self.download_hours.unwrap_or(12), 7 * 24)?,
        })
    }
}

const ONE_YEAR_HOURS: u32 = 366 * 24;

fn within(key: &str, number: u32, most: u32) -> Result<u32, ConfigError> {
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(ConfigError::wrong(key, format!("it must be between 1 and {most}")))
    }
}

fn extension(text: String) -> Result<String, ConfigError> {
    let bare = text.strip_prefix('.').unwrap_or(&text);
    if bare.is_empty() || bare.contains(['.', '/', '\\', '*']) || bare.chars().any(char::is_whitespace) {
        return Err(ConfigError::wrong(
            "policy.accepted_extensions",
            format!("{text:?} is no extension; write it like \"pdf\""),
        ));
    }
    Ok(bare.to_lowercase())
}
