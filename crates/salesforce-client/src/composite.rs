//! Several calls in one.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>;
//! at most 25 requests, of which at most 5 queries. The outer status says nothing: every answer has its own.

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Record,
    answer::{self, Repeating},
    call::{Call, encoded},
    connection::OrgConnection,
    error::OrgError,
    record_id::RecordId,
};

/// One request of a composite call. Its `reference` (letters, digits, underscores) lets later requests of the same call
/// have `@{reference.id}` as the whole value of a field. No other text may hold `@{`: an Org would look for a reference
/// in what somebody typed, so such a call is refused here; write that record by itself.
#[derive(Clone, Debug)]
pub struct CompositeRequest {
    reference: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Create { object: String, fields: Record },
    Update { object: String, id: RecordId, fields: Record },
    Upsert { object: String, external_field: String, value: String, fields: Record },
    Query { soql: String },
}

/// What became of one request.
#[derive(Clone, Debug)]
pub struct CompositeAnswer {
    /// The request's.
    pub reference: String,
    /// Its own HTTP status.
    pub status: u16,
    /// The answer's body (`Null` for 204), our namespace taken off; or why there is none. With `all_or_none`, innocent
    /// requests fail with `PROCESSING_HALTED`.
    pub outcome: Result<Value, OrgError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answers {
    composite_response: Vec<AnswerOfOne>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerOfOne {
    reference_id: String,
    http_status_code: u16,
    #[serde(default)]
    body: Value,
}

impl CompositeRequest {
    /// As [`OrgConnection::create`].
    pub fn create(reference: &str, object: &str, fields: Record) -> Self {
        Self { reference: reference.to_owned(), kind: Kind::Create { object: object.to_owned(), fields } }
    }

    /// As [`OrgConnection::update`].
    pub fn update(reference: &str, object: &str, id: RecordId, fields: Record) -> Self {
        Self { reference: reference.to_owned(), kind: Kind::Update { object: object.to_owned(), id, fields } }
    }

    /// As [`OrgConnection::upsert`].
    pub fn upsert(reference: &str, object: &str, external_field: &str, value: &str, fields: Record) -> Self {
        let kind = Kind::Upsert {
            object: object.to_owned(),
            external_field: external_field.to_owned(),
            value: value.to_owned(),
            fields,
        };
        Self { reference: reference.to_owned(), kind }
    }

    /// As [`OrgConnection::query`], one page.
    pub fn query(reference: &str, soql: &str) -> Self {
        Self { reference: reference.to_owned(), kind: Kind::Query { soql: soql.to_owned() } }
    }

    fn repeating(&self) -> Repeating {
        if matches!(self.kind, Kind::Create { .. }) { Repeating::Harmful } else { Repeating::Harmless }
    }
}

const MOST_REQUESTS: usize = 25;

/// What an Org would refuse, or take for something else.
fn check(requests: &[CompositeRequest]) -> Result<(), OrgError> {
    if requests.len() > MOST_REQUESTS {
        let message = format!("{} requests are more than {MOST_REQUESTS}", requests.len());
        return Err(OrgError::fix("TOO_MANY_REQUESTS", message));
    }
    for (place, request) in requests.iter().enumerate() {
        let (Kind::Create { fields, .. } | Kind::Update { fields, .. } | Kind::Upsert { fields, .. }) = &request.kind
        else {
            continue;
        };
        let earlier = &requests[..place];
        for (name, value) in fields {
            if !is_plain_or_reference(value, earlier) {
                return Err(OrgError::FixRequest {
                    code: "REFERENCE_IN_TEXT".to_owned(),
                    message: "a text with @{ cannot be part of a composite".to_owned(),
                    fields: vec![name.clone()],
                });
            }
        }
    }
    Ok(())
}

fn is_plain_or_reference(value: &Value, earlier: &[CompositeRequest]) -> bool {
    match value {
        Value::String(text) if text.contains("@{") => {
            let inner = text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}'));
            let reference =
                inner.and_then(|inner| inner.split_once('.')).filter(|(_, path)| !path.contains(['@', '{', '}']));
            reference.is_some_and(|(name, _)| earlier.iter().any(|request| request.reference == name))
        }
        Value::Object(fields) => fields.values().all(|value| is_plain_or_reference(value, earlier)),
        Value::Array(items) => items.iter().all(|item| is_plain_or_reference(item, earlier)),
        _ => true,
    }
}

impl CompositeAnswer {
    /// The id of the record that was created or upserted.
    pub fn id(&self) -> Option<RecordId> {
        RecordId::parse(self.outcome.as_ref().ok()?.get("id")?.as_str()?).ok()
    }
}

impl OrgConnection {
    /// Sends up to 25 requests as one API call and answers in their order. `all_or_none` makes them one transaction.
    /// When the answer is lost: [`OrgError::RetryLater`] if no request creates, otherwise [`OrgError::OutcomeUnknown`].
    pub async fn composite(
        &self,
        requests: &[CompositeRequest],
        all_or_none: bool,
    ) -> Result<Vec<CompositeAnswer>, OrgError> {
        check(requests)?;
        let creates = requests.iter().any(|request| request.repeating() == Repeating::Harmful);
        let repeating = if creates { Repeating::Harmful } else { Repeating::Harmless };
        let bodies: Vec<Value> = requests.iter().map(|request| self.composite_body(request)).collect();
        let call = Call {
            method: Method::POST,
            path: format!("{}/composite", self.shared.data_path),
            body: Some(json!({ "allOrNone": all_or_none, "compositeRequest": bodies })),
            repeating,
        };
        let answer = self.send(&call).await?;
        let answers: Answers =
            serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, repeating))?;
        if answers.composite_response.len() != requests.len() {
            return Err(answer::unreadable(answer.status, repeating));
        }
        let read = |(one, request): (AnswerOfOne, &CompositeRequest)| self.composite_answer(one, request.repeating());
        Ok(answers.composite_response.into_iter().zip(requests).map(read).collect())
    }

    fn composite_body(&self, request: &CompositeRequest) -> Value {
        let fields = |fields: &Record| Value::Object(self.shared.namespace.apply_to_fields(fields.clone()));
        let (method, url, body) = match &request.kind {
            Kind::Create { object, fields: values } => ("POST", self.object_path(object), Some(fields(values))),
            Kind::Update { object, id, fields: values } => {
                ("PATCH", format!("{}/{id}", self.object_path(object)), Some(fields(values)))
            }
            Kind::Upsert { object, external_field, value, fields: values } => {
                ("PATCH", self.external_id_path(object, external_field, value), Some(fields(values)))
            }
            Kind::Query { soql } => {
                let soql = encoded(&self.shared.namespace.apply_to_soql(soql));
                ("GET", format!("{}/query?q={soql}", self.shared.data_path), None)
            }
        };
        let mut one = json!({ "method": method, "url": url, "referenceId": request.reference });
        if let Some(body) = body {
            one["body"] = body;
        }
        one
    }

    fn composite_answer(&self, one: AnswerOfOne, repeating: Repeating) -> CompositeAnswer {
        let status = StatusCode::from_u16(one.http_status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let outcome = if status.is_success() {
            Ok(self.shared.namespace.strip_value(one.body))
        } else {
            Err(answer::failure(status, &one.body, None, repeating, &self.shared.namespace))
        };
        CompositeAnswer { reference: one.reference_id, status: status.as_u16(), outcome }
    }
}
