//! An answer as it came, and the reading of failures out of it.
//!
//! Format: REST failures are an array `[{message, errorCode, fields}]`; collections say `statusCode`; the edge in front of
//! an Org answers HTML or nothing at all. All of them must be survived.

use std::{sync::Arc, time::Duration};

use reqwest::{StatusCode, header};
use serde_json::Value;

use crate::{
    error::{Obstacle, OrgError},
    namespace::Namespace,
};

/// More than any answer we ask for: a query batch is at most 2,000 rows.
const LARGEST_ANSWER_BYTES: usize = 64 * 1024 * 1024;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(mut response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let status = response.status();
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let location = text(header::LOCATION.as_str());
        let retry_after =
            text(header::RETRY_AFTER.as_str()).and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER_BYTES {
                // An empty body then fails to parse and is reported as unreadable.
                body.clear();
                break;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, retry_after, location, body })
    }

    pub(crate) fn bare(status: StatusCode) -> Self {
        Self { status, retry_after: None, location: None, body: Vec::new() }
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// What may be done after a failure that says nothing about whether the call took effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Repeating {
    /// The same call again ends in the same state.
    Harmless,
    /// The same call again may create a second record.
    Harmful,
}

#[derive(Default)]
struct Complaint {
    code: String,
    message: String,
    fields: Vec<String>,
}

/// Reads a failure. `body` is what could be parsed of it, `Null` when nothing could.
pub(crate) fn failure(
    status: StatusCode,
    body: &Value,
    retry_after: Option<Duration>,
    repeating: Repeating,
    namespace: &Namespace,
) -> OrgError {
    if status == StatusCode::MULTIPLE_CHOICES {
        let records = body.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        return OrgError::Multiple { records };
    }
    let Complaint { code, message, fields } = complaint(body)
        .unwrap_or_else(|| Complaint { code: format!("HTTP_{}", status.as_u16()), ..Complaint::default() });
    let reason = format!("{code}: {message}");
    let later = |obstacle, default: Duration| later(obstacle, &reason, Some(retry_after.unwrap_or(default)));
    match code.as_str() {
        // Also inside composite answers, where the status is an innocent 400.
        "UNABLE_TO_LOCK_ROW" => return later(Obstacle::RowLocked, Duration::from_secs(2)),
        "QUERY_TIMEOUT" | "INVALID_QUERY_LOCATOR" => return later(Obstacle::QueryBroken, Duration::from_secs(2)),
        "REQUEST_LIMIT_EXCEEDED" if message.starts_with("TotalRequests") => {
            return later(Obstacle::AllowanceSpent, Duration::from_mins(15));
        }
        "REQUEST_LIMIT_EXCEEDED" => return later(Obstacle::TooManyAtOnce, Duration::from_secs(30)),
        "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" => return OrgError::Reauthorise { code, message },
        "ENTITY_IS_DELETED" => return OrgError::Gone { code, message },
        "DUPLICATE_VALUE" => return OrgError::Conflict { code, message },
        _ if code.starts_with("INSUFFICIENT_ACCESS") || code.starts_with("API_DISABLED") => {
            return OrgError::NoAccess { code, message };
        }
        _ => {}
    }
    let fields = fields.iter().map(|field| namespace.strip(field).to_owned()).collect();
    match status.as_u16() {
        // Refused at the door: nothing was done.
        429 => later(Obstacle::TooManyAtOnce, Duration::from_secs(30)),
        420 | 500..=599 if repeating == Repeating::Harmless => later(Obstacle::Unreachable, Duration::from_secs(5)),
        420 | 500..=599 => OrgError::OutcomeUnknown { reason, source: None },
        401 => OrgError::Reauthorise { code, message },
        403 => OrgError::NoAccess { code, message },
        // The same status and code also mean "no such object or version", which no retry and no reader can mend.
        404 if !message.starts_with("The requested resource does not exist") => OrgError::Gone { code, message },
        // A row of a collection has its code only.
        400 if code == "NOT_FOUND" => OrgError::Gone { code, message },
        409 | 412 => OrgError::Conflict { code, message },
        _ => OrgError::FixRequest { code, message, fields },
    }
}

/// The first complaint of an array; of an object, or of an array's object that holds `errors`, the first of those.
fn complaint(body: &Value) -> Option<Complaint> {
    let first = match body {
        Value::Array(complaints) => complaints.first()?,
        object => object,
    };
    let first = first.get("errors").and_then(|errors| errors.get(0)).unwrap_or(first);
    let text = |name: &str| first.get(name).and_then(Value::as_str);
    let code = text("errorCode").or_else(|| text("statusCode")).filter(|code| !code.is_empty())?.to_owned();
    let fields = first.get("fields").and_then(Value::as_array).into_iter().flatten();
    Some(Complaint {
        code,
        message: text("message").unwrap_or_default().to_owned(),
        fields: fields.filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

/// A transport failure of a call that may be repeated, or was never sent.
pub(crate) fn retry_later(error: reqwest::Error) -> OrgError {
    OrgError::RetryLater {
        after: AFTER_NO_ANSWER,
        obstacle: Obstacle::Unreachable,
        reason: transport_reason(&error).to_owned(),
        source: Some(Arc::new(error.without_url())),
    }
}

/// A transport failure of any call.
pub(crate) fn transport_failure(error: reqwest::Error, repeating: Repeating) -> OrgError {
    if error.is_connect() || error.is_builder() || repeating == Repeating::Harmless {
        return retry_later(error);
    }
    let reason = transport_reason(&error).to_owned();
    OrgError::OutcomeUnknown { reason, source: Some(Arc::new(error.without_url())) }
}

/// A success status whose body makes no sense.
pub(crate) fn unreadable(status: StatusCode, repeating: Repeating) -> OrgError {
    let reason = format!("the answer {} is not what the call returns", status.as_u16());
    match repeating {
        Repeating::Harmless => later(Obstacle::Unreachable, &reason, None),
        Repeating::Harmful => OrgError::OutcomeUnknown { reason, source: None },
    }
}

pub(crate) fn later(obstacle: Obstacle, reason: &str, after: Option<Duration>) -> OrgError {
    let after = after.unwrap_or(AFTER_NO_ANSWER);
    OrgError::RetryLater { after, obstacle, reason: reason.to_owned(), source: None }
}

/// Where nobody said how long to wait.
const AFTER_NO_ANSWER: Duration = Duration::from_secs(5);

fn transport_reason(error: &reqwest::Error) -> &'static str {
    match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "no connection",
        () if error.is_body() || error.is_decode() => "the answer broke off",
        () => "the connection broke",
    }
}
