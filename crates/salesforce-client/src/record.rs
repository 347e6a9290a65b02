//! Single records: create, read, change, delete, and upsert by external id.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info.htm>
//! and `…/dome_upsert.htm`.

use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Record,
    answer::{self, Answer, Repeating},
    call::{Call, encoded},
    connection::OrgConnection,
    error::OrgError,
    record_id::RecordId,
};

/// What an upsert did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upserted {
    /// The one record with that external id.
    pub id: RecordId,
    /// Whether this call made it.
    pub created: bool,
}

#[derive(Deserialize)]
pub(crate) struct Saved {
    pub(crate) id: RecordId,
    success: bool,
    created: Option<bool>,
}

impl OrgConnection {
    /// Makes a record. Never repeated here: after [`OrgError::OutcomeUnknown`] look for it first.
    pub async fn create<F: Serialize + ?Sized>(&self, object: &str, fields: &F) -> Result<RecordId, OrgError> {
        let call = Call {
            method: Method::POST,
            path: self.object_path(object),
            body: Some(self.body(fields)?),
            repeating: Repeating::Harmful,
        };
        Ok(saved(&self.send(&call).await?, Repeating::Harmful)?.id)
    }

    /// Reads some fields of a record.
    pub async fn get(&self, object: &str, id: &RecordId, fields: &[&str]) -> Result<Record, OrgError> {
        let fields: Vec<String> = fields.iter().map(|field| self.shared.namespace.apply(field)).collect();
        let path = format!("{}/{id}?fields={}", self.object_path(object), encoded(&fields.join(",")));
        let answer = self.send(&Call::get(path)).await?;
        let record =
            serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))?;
        Ok(self.shared.namespace.strip_fields(record))
    }

    /// Changes some fields of a record.
    pub async fn update<F: Serialize + ?Sized>(&self, object: &str, id: &RecordId, fields: &F) -> Result<(), OrgError> {
        let call = Call {
            method: Method::PATCH,
            path: format!("{}/{id}", self.object_path(object)),
            body: Some(self.body(fields)?),
            repeating: Repeating::Harmless,
        };
        self.send(&call).await.map(drop)
    }

    /// Moves a record to the recycle bin. [`OrgError::Gone`] when a lost earlier call already did.
    pub async fn delete(&self, object: &str, id: &RecordId) -> Result<(), OrgError> {
        let path = format!("{}/{id}", self.object_path(object));
        let call = Call { method: Method::DELETE, path, body: None, repeating: Repeating::Harmless };
        self.send(&call).await.map(drop)
    }

    /// Makes or changes the one record whose `external_field` is `value`. `fields` must not repeat that field.
    /// A lost answer is [`OrgError::RetryLater`]: the same call again still ends in one record.
    pub async fn upsert<F: Serialize + ?Sized>(
        &self,
        object: &str,
        external_field: &str,
        value: &str,
        fields: &F,
    ) -> Result<Upserted, OrgError> {
        let call = Call {
            method: Method::PATCH,
            path: self.external_id_path(object, external_field, value),
            body: Some(self.body(fields)?),
            repeating: Repeating::Harmless,
        };
        let answer = self.send(&call).await?;
        let saved = saved(&answer, Repeating::Harmless)?;
        Ok(Upserted { id: saved.id, created: saved.created.unwrap_or(answer.status == StatusCode::CREATED) })
    }

    /// Publishes a platform event: accepted for delivery, not delivered. Events may arrive twice, so the caller may
    /// publish again after [`OrgError::OutcomeUnknown`].
    pub async fn publish_event<F: Serialize + ?Sized>(&self, event: &str, fields: &F) -> Result<(), OrgError> {
        self.create(event, fields).await.map(drop)
    }

    pub(crate) fn object_path(&self, object: &str) -> String {
        format!("{}/sobjects/{}", self.shared.data_path, encoded(&self.shared.namespace.apply(object)))
    }

    pub(crate) fn external_id_path(&self, object: &str, external_field: &str, value: &str) -> String {
        let field = encoded(&self.shared.namespace.apply(external_field));
        format!("{}/{field}/{}", self.object_path(object), encoded(value))
    }

    pub(crate) fn body<F: Serialize + ?Sized>(&self, fields: &F) -> Result<Value, OrgError> {
        match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => Ok(Value::Object(self.shared.namespace.apply_to_fields(fields))),
            _ => Err(OrgError::fix("NOT_A_RECORD", "the fields do not form a JSON object")),
        }
    }
}

/// An event's answer is a success with `errors` filled in (`OPERATION_ENQUEUED`), so only `success` counts.
pub(crate) fn saved(answer: &Answer, repeating: Repeating) -> Result<Saved, OrgError> {
    match serde_json::from_slice::<Saved>(&answer.body) {
        Ok(saved) if saved.success => Ok(saved),
        _ => Err(answer::unreadable(answer.status, repeating)),
    }
}
