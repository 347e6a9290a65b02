//! Up to 200 records of one object in one call, each with its own outcome.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm>.
//! The status is 200 whatever happened to the rows; a row's failure has `statusCode` where single calls say `errorCode`.
//! With `all_or_none` they are one transaction: the innocent ones answer [`OrgError::fell_with_another`].

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Record,
    answer::{self, Repeating},
    call::{Call, encoded},
    connection::OrgConnection,
    error::OrgError,
    record::Upserted,
    record_id::RecordId,
};

/// The outcomes, in the order of the records.
pub type Outcomes<T> = Vec<Result<T, OrgError>>;

const MOST_RECORDS: usize = 200;

#[derive(Deserialize)]
struct Row {
    id: Option<RecordId>,
    success: bool,
    created: Option<bool>,
}

impl OrgConnection {
    /// Makes records. Never repeated here; a lost answer is [`OrgError::OutcomeUnknown`] for all of them.
    pub async fn create_all(
        &self,
        object: &str,
        records: &[Record],
        all_or_none: bool,
    ) -> Result<Outcomes<RecordId>, OrgError> {
        let rows = records.iter().map(|fields| self.row(object, fields)).collect();
        let path = format!("{}/composite/sobjects", self.shared.data_path);
        let rows = self.send_rows(Method::POST, path, rows, all_or_none, Repeating::Harmful).await?;
        Ok(rows.into_iter().map(|row| row.map(|upserted| upserted.id)).collect())
    }

    /// Changes some fields of records.
    pub async fn update_all(
        &self,
        object: &str,
        records: &[(RecordId, Record)],
        all_or_none: bool,
    ) -> Result<Outcomes<()>, OrgError> {
        let row = |(id, fields): &(RecordId, Record)| {
            let mut row = self.row(object, fields);
            row["id"] = json!(id);
            row
        };
        let path = format!("{}/composite/sobjects", self.shared.data_path);
        let rows = records.iter().map(row).collect();
        let rows = self.send_rows(Method::PATCH, path, rows, all_or_none, Repeating::Harmless).await?;
        Ok(rows.into_iter().map(|row| row.map(drop)).collect())
    }

    /// Makes or changes, for each pair, the one record whose `external_field` is the pair's text. May be repeated.
    pub async fn upsert_all(
        &self,
        object: &str,
        external_field: &str,
        records: &[(String, Record)],
        all_or_none: bool,
    ) -> Result<Outcomes<Upserted>, OrgError> {
        let external_field = self.shared.namespace.apply(external_field);
        let row = |(value, fields): &(String, Record)| {
            let mut row = self.row(object, fields);
            row[&external_field] = json!(value);
            row
        };
        let object = encoded(&self.shared.namespace.apply(object));
        let path = format!("{}/composite/sobjects/{object}/{}", self.shared.data_path, encoded(&external_field));
        let rows = records.iter().map(row).collect();
        self.send_rows(Method::PATCH, path, rows, all_or_none, Repeating::Harmless).await
    }

    /// Moves records to the recycle bin. [`OrgError::Gone`] for one that a lost earlier call already did.
    pub async fn delete_all(&self, ids: &[RecordId], all_or_none: bool) -> Result<Outcomes<()>, OrgError> {
        let list = ids.iter().map(RecordId::as_str).collect::<Vec<_>>().join(",");
        let call = Call {
            method: Method::DELETE,
            path: format!("{}/composite/sobjects?ids={list}&allOrNone={all_or_none}", self.shared.data_path),
            body: None,
            repeating: Repeating::Harmless,
        };
        let rows = self.outcomes(&call, ids.len()).await?;
        Ok(rows.into_iter().map(|row| row.map(drop)).collect())
    }

    fn row(&self, object: &str, fields: &Record) -> Value {
        let mut row = Value::Object(self.shared.namespace.apply_to_fields(fields.clone()));
        row["attributes"] = json!({ "type": self.shared.namespace.apply(object) });
        row
    }

    async fn send_rows(
        &self,
        method: Method,
        path: String,
        rows: Vec<Value>,
        all_or_none: bool,
        repeating: Repeating,
    ) -> Result<Outcomes<Upserted>, OrgError> {
        let count = rows.len();
        let body = Some(json!({ "allOrNone": all_or_none, "records": rows }));
        self.outcomes(&Call { method, path, body, repeating }, count).await
    }

    async fn outcomes(&self, call: &Call, count: usize) -> Result<Outcomes<Upserted>, OrgError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        if count > MOST_RECORDS {
            return Err(OrgError::fix("TOO_MANY_RECORDS", format!("{count} records are more than {MOST_RECORDS}")));
        }
        let answer = self.send(call).await?;
        let rows: Vec<Value> =
            serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, call.repeating))?;
        if rows.len() != count {
            return Err(answer::unreadable(answer.status, call.repeating));
        }
        Ok(rows.into_iter().map(|row| self.outcome(row, call.repeating)).collect())
    }

    fn outcome(&self, value: Value, repeating: Repeating) -> Result<Upserted, OrgError> {
        match Row::deserialize(&value) {
            // As with an event: a success may list `errors`.
            Ok(Row { id: Some(id), success: true, created }) => Ok(Upserted { id, created: created.unwrap_or(false) }),
            Ok(Row { success: false, .. }) => {
                Err(answer::failure(StatusCode::BAD_REQUEST, &value, None, repeating, &self.shared.namespace))
            }
            _ => Err(answer::unreadable(StatusCode::OK, repeating)),
        }
    }
}
