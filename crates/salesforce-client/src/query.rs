//! SOQL queries, page by page or all at once.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm>.
//! Invariant: a next page is only fetched from the Org that gave the first, whatever its address says.

use futures_util::{Stream, TryStreamExt as _, stream};
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
        self.pages(self.query_path("query", soql)).try_concat().await
    }

    /// As [`Self::query`], with the rows in the recycle bin: select `IsDeleted` to tell them apart.
    pub async fn query_with_deleted(&self, soql: &str) -> Result<Vec<Record>, OrgError> {
        self.pages(self.query_path("queryAll", soql)).try_concat().await
    }

    /// The rows of a query one by one; never more than one page of them, at most 2,000, in memory. A failure ends it: an
    /// [`crate::Obstacle::QueryBroken`] in the middle means that the caller took longer than the Org keeps a place.
    pub fn query_rows(&self, soql: &str) -> impl Stream<Item = Result<Record, OrgError>> + Send + use<> {
        self.pages(self.query_path("query", soql)).map_ok(|rows| stream::iter(rows.into_iter().map(Ok))).try_flatten()
    }

    /// Every row of a query, read into a type. A row that does not fit is a fault of the query, not of the Org's health.
    pub async fn query_as<T: DeserializeOwned>(&self, soql: &str) -> Result<Vec<T>, OrgError> {
        let rows = self.query(soql).await?;
        rows.into_iter()
            .map(|row| serde_json::from_value(Value::Object(row)))
            .collect::<Result<_, _>>()
            .map_err(|error| OrgError::fix("UNEXPECTED_SHAPE", error.to_string()))
    }

    fn query_path(&self, resource: &str, soql: &str) -> String {
        let soql = self.shared.namespace.apply_to_soql(soql);
        format!("{}/{resource}?q={}", self.shared.data_path, encoded(&soql))
    }

    fn pages(&self, first: String) -> impl Stream<Item = Result<Vec<Record>, OrgError>> + Send + use<> {
        let connection = self.clone();
        stream::try_unfold(Some(first), move |next| {
            let connection = connection.clone();
            async move {
                let Some(path) = next else { return Ok(None) };
                let (rows, next) = connection.page(path).await?;
                Ok(Some((rows, next)))
            }
        })
    }

    async fn page(&self, path: String) -> Result<(Vec<Record>, Option<String>), OrgError> {
        let answer = self.send(&Call::get(path)).await?;
        let unreadable = || answer::unreadable(answer.status, Repeating::Harmless);
        let page: Page = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        let rows = page.records.into_iter().map(|record| self.shared.namespace.strip_fields(record)).collect();
        let next = match page.next_records_url {
            _ if page.done => None,
            // Followed as it stands, but only within the Org: `//host/…` would be another one.
            Some(path) if path.starts_with("/services/data/") => Some(path),
            _ => return Err(unreadable()),
        };
        Ok((rows, next))
    }
}
