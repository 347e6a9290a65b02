//! SOQL queries, all pages.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm>.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Record,
    answer::{self, Repeating},
    call::{Call, encoded},
    connection::OrgConnection,
    error::OrgError,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    done: bool,
    next_records_url: Option<String>,
    records: Vec<Record>,
}

impl OrgConnection {
    /// Every row of a query, in order. Build values with [`crate::soql`].
    pub async fn query(&self, soql: &str) -> Result<Vec<Record>, OrgError> {
        let soql = self.shared.namespace.apply_to_soql(soql);
        let mut next = Some(format!("{}/query?q={}", self.shared.data_path, encoded(&soql)));
        let mut records = Vec::new();
        while let Some(path) = next {
            let answer = self.send(&Call::get(path)).await?;
            let page: Page = serde_json::from_slice(&answer.body)
                .map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))?;
            records.extend(page.records.into_iter().map(|record| self.shared.namespace.strip_fields(record)));
            next = match page.next_records_url {
                // Followed as it stands, but only within the Org: `//host/…` would be another one.
                Some(path) if !page.done && path.starts_with("/services/data/") => Some(path),
                _ if page.done => None,
                _ => return Err(answer::unreadable(answer.status, Repeating::Harmless)),
            };
        }
        Ok(records)
    }

    /// Every row of a query, read into a type. A row that does not fit is a fault of the query, not of the Org's health.
    pub async fn query_as<T: DeserializeOwned>(&self, soql: &str) -> Result<Vec<T>, OrgError> {
        let rows = self.query(soql).await?;
        rows.into_iter().map(|row| serde_json::from_value(Value::Object(row))).collect::<Result<_, _>>().map_err(
            |error| OrgError::FixRequest {
                code: "UNEXPECTED_SHAPE".to_owned(),
                message: error.to_string(),
                fields: Vec::new(),
            },
        )
    }
}
