//! How much of the Org's allowance is used.
//!
//! Format: header `Sforce-Limit-Info: api-usage=10018/100000; per-app-api-usage=17/250(appName=x)`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    answer::{self, Repeating},
    call::Call,
    connection::OrgConnection,
    error::OrgError,
};

/// API calls of the last 24 hours. Background work should slow down at 80 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Calls made, by everybody.
    pub used: u64,
    /// Calls allowed.
    pub max: u64,
}

/// One of the Org's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Allowance {
    /// The whole.
    pub max: u64,
    /// What is left.
    pub remaining: u64,
}

impl OrgConnection {
    /// Every limit by its Salesforce name, for example `DailyApiRequests`.
    pub async fn limits(&self) -> Result<BTreeMap<String, Allowance>, OrgError> {
        let answer = self.send(&Call::get(format!("{}/limits", self.shared.data_path))).await?;
        serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))
    }
}

pub(crate) fn parse_usage(header: &str) -> Option<Usage> {
    let (used, max) = header.split(';').find_map(|part| part.trim().strip_prefix("api-usage="))?.split_once('/')?;
    Some(Usage { used: used.parse().ok()?, max: max.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_orgs_usage_is_read_beside_the_apps() {
        let usage = Some(Usage { used: 10018, max: 100_000 });
        assert_eq!(parse_usage("api-usage=10018/100000"), usage);
        assert_eq!(parse_usage("per-app-api-usage=17/250(appName=x); api-usage=10018/100000"), usage);
        assert_eq!(parse_usage("api-usage=many"), None);
        assert_eq!(parse_usage(""), None);
    }
}
