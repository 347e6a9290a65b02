//! What was asked of the Org, in order: for tests that count calls and for a person who wonders.
//!
//! Bodies are kept as digests only, so the log may be printed; of an answer the error codes are kept as well.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::http::header;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

#[derive(Default)]
pub struct RequestLog {
    entries: Mutex<Vec<LoggedRequest>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LoggedRequest {
    pub number: usize,
    pub at: i64,
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub user: Option<String>,
    /// `None` when the connection was broken instead.
    pub status: Option<u16>,
    pub body_sha256: Option<String>,
    /// Every code the answer names, also of single rows and sub-requests: `errorCode`, `statusCode`, OAuth's `error`.
    pub error_codes: BTreeSet<String>,
    /// The fault that struck, by its number.
    pub fault: Option<u64>,
    /// No such route: a strict test fails on any of these.
    pub unknown_route: bool,
}

impl RequestLog {
    pub fn add(&self, mut entry: LoggedRequest) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entry.number = entries.len() + 1;
        entries.push(entry);
    }

    pub fn all(&self) -> Vec<LoggedRequest> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The error codes in an answer, and the answer as it was. Streams are not waited for: they carry records or files.
pub async fn error_codes(response: Response) -> (BTreeSet<String>, Response) {
    let mut codes = BTreeSet::new();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(length) = response.body().size_hint().exact().filter(|_| kind.starts_with("application/json")) else {
        return (codes, response);
    };
    let (parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::try_from(length).unwrap_or(usize::MAX)).await.unwrap_or_default();
    // Most answers are records: only what may hold a code is parsed.
    if ["\"errorCode\"", "\"statusCode\"", "\"error\""].iter().any(|name| contains(&whole, name.as_bytes())) {
        collect(&serde_json::from_slice(&whole).unwrap_or_default(), &mut codes);
    }
    (codes, Response::from_parts(parts, Body::from(whole)))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn collect(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, codes)),
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| matches!(name.as_str(), "errorCode" | "statusCode" | "error")) {
                    Some(code) => drop(codes.insert(code.to_owned())),
                    None => collect(value, codes),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use serde_json::json;

    #[tokio::test]
    async fn codes_are_found_at_every_depth_and_the_answer_stays() {
        let body = json!({ "compositeResponse": [
            { "body": [{ "errorCode": "NOT_FOUND" }], "httpStatusCode": 404 },
            { "body": [{ "success": false, "errors": [{ "statusCode": "INVALID_FIELD" }] }] },
        ] });
        let (codes, response) = error_codes(axum::Json(&body).into_response()).await;
        assert_eq!(codes, ["INVALID_FIELD", "NOT_FOUND"].map(str::to_owned).into());
        let kept = to_bytes(response.into_body(), 4_096).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap(), body);
    }
}
