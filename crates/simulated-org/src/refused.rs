//! What an Org answers when it says no: always an array of `{message, errorCode, fields?}`.
//!
//! Format: Salesforce REST API, "Status Codes and Error Responses".

use serde_json::{Value, json};

use crate::lies::{self, Lie};

/// One "no" with its HTTP status. Collections show the same complaints under `statusCode`.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    pub fields: Vec<String>,
}

impl Refused {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: Vec::new() }
    }

    /// Most refusals are 400s.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    pub fn no_such_record(id: &str) -> Self {
        let message = format!("Provided external ID field does not exist or is not accessible: {id}");
        Self::new(404, "NOT_FOUND", message)
    }

    pub fn session_expired() -> Self {
        Self::new(401, "INVALID_SESSION_ID", "Session expired or invalid")
    }

    #[must_use]
    pub fn field(mut self, name: &str) -> Self {
        self.fields.push(name.to_owned());
        self
    }

    /// The whole response body of a single call.
    pub fn body(&self) -> Value {
        let mut complaint = json!({ "message": self.message, "errorCode": self.code });
        if !self.fields.is_empty() {
            complaint["fields"] = json!(self.fields);
        }
        if lies::is_told(Lie::BareError) { complaint } else { json!([complaint]) }
    }

    /// One entry of a collection's `errors`.
    pub fn row_error(&self) -> Value {
        let name = lies::instead(Lie::ErrorCodeInCollections, "statusCode", "errorCode");
        json!({ name: self.code, "message": self.message, "fields": self.fields })
    }
}
