//! `POST /org/apex/{class}/{method}`: the package's Apex methods, played. Apex itself runs only inside an Org.
//!
//! Kept to what those classes say in `salesforce/classes`; the token they sign is the contract with the connector.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{Chosen, Visitor, language};
use crate::cell::Cell;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::rest::http::json_response;
use crate::sharing::Reach;
use crate::work::Work;

pub mod mint_token;
pub mod request_defaults;

pub async fn call(
    State(org): State<Arc<Org>>,
    Path((class, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(visitor) = Visitor::of(&org, &Chosen::default(), &headers) else {
        return thrown("There is no such user.");
    };
    let parameters = match serde_json::from_slice(&body) {
        Ok(Value::Object(parameters)) => parameters,
        _ if body.is_empty() => Map::new(),
        _ => return thrown("The parameters are no object."),
    };
    let grants = org.grants(visitor.user);
    if !grants.everything && !grants.apex_classes.contains(&class) {
        return thrown(&format!("You do not have access to the Apex class named '{class}'."));
    }
    let language = language(&org, visitor.user);
    let result = match (class.as_str(), method.as_str()) {
        ("FileRequestController", "mintToken") => case_parameter(&parameters)
            .and_then(|case| org.work(visitor.user, |work| mint_token::mint_token(work, case))),
        ("FileRequestController", "requestDefaults") => case_parameter(&parameters)
            .and_then(|case| org.work(visitor.user, |work| request_defaults::request_defaults(work, case, language))),
        _ => return thrown(&format!("Apex controller '{class}.{method}' does not exist")),
    };
    match result {
        Ok(value) => json_response(StatusCode::OK, &value),
        Err(label) => thrown(org.labels.text(language, label)),
    }
}

/// The label of the sentence with which Apex refuses.
pub type Refusal = &'static str;
pub const NO_ACCESS: Refusal = "Casegate_FileRequestController_NoAccess";
pub const SETUP_MISSING: Refusal = "Casegate_FileRequestController_SetupMissing";

/// What a page sees of an `AuraHandledException`.
fn thrown(message: &str) -> Response {
    let body = json!({
        "message": message,
        "exceptionType": "System.AuraHandledException",
        "isUserDefinedException": false,
        "stackTrace": "",
    });
    json_response(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

/// Both methods take exactly one Case. A missing one is refused like one that cannot be seen.
fn case_parameter(parameters: &Map<String, Value>) -> Result<RecordId, Refusal> {
    let only = parameters.len() == 1;
    let case = parameters.get("caseId").and_then(Value::as_str).filter(|_| only);
    case.and_then(RecordId::parse).ok_or(NO_ACCESS)
}

/// `SELECT Id FROM Case WHERE Id = :caseId WITH USER_MODE`.
fn check_case(work: &Work, case: RecordId) -> Result<(), Refusal> {
    let object = work.object("Case").map_err(|_| NO_ACCESS)?;
    let row = work.readable_row(object, case, "").map_err(|_| NO_ACCESS)?;
    if work.reach(object, row) >= Reach::Read { Ok(()) } else { Err(NO_ACCESS) }
}

/// A field of the settings record `Default`; what the admin left empty is empty.
fn setting(work: &Work, field: &str) -> Option<String> {
    let object = work.org.schema.ours("CasegateSetting__mdt");
    let mut rows = work.world.rows.living(&object);
    let row = rows.find(|row| row.text("DeveloperName") == Some("Default"))?;
    match row.cell(&work.org.schema.ours(field)) {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}
