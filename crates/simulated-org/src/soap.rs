//! The Metadata API over SOAP, as far as deploying a package goes: `POST /services/Soap/m/NN.0`, and whatever a client
//! appends to it.
//!
//! What it does not know it refuses with a fault. Apex is not compiled and no test runs.
//!
//! Format: Metadata API Developer Guide, "deploy()", "checkDeployStatus()", "DeployResult"; SOAP 1.1.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::org::Org;
use crate::record_id::RecordId;
use crate::rest::http::AskedBy;
use crate::rest::{NEWEST, OLDEST};
use crate::schema::xml::Element;

pub mod component;
pub mod deploy;
pub mod deploy_status;
pub mod envelope;
pub mod install;
pub mod package;
pub mod zip_file;

use envelope::Fault;

/// 39 MB of zip as base64, and an envelope around it.
pub const MAX_BODY_BYTES: usize = 56 * 1024 * 1024;

/// One request: who asks is in the envelope, not in a header.
pub async fn handle(State(org): State<Arc<Org>>, Path(path): Path<Vec<String>>, body: Bytes) -> Response {
    let version = path.first().map(String::as_str).unwrap_or_default();
    let known = version.strip_suffix(".0").and_then(|number| number.parse::<u16>().ok());
    if known.is_none_or(|number| !(OLDEST..=NEWEST).contains(&number)) {
        return envelope::fault(&Fault::new(
            "UNSUPPORTED_API_VERSION",
            format!("Invalid Api version specified on URL: {version}"),
        ));
    }
    let request = match envelope::read(&body) {
        Ok(request) => request,
        Err(fault) => return envelope::fault(&fault),
    };
    let user = match admit(&org, request.session.as_deref()) {
        Ok(user) => user,
        Err(fault) => return envelope::fault(&fault),
    };
    let mut response = match answer(&org, user, &request.operation) {
        Ok(body) => envelope::respond(&body),
        Err(fault) => envelope::fault(&fault),
    };
    response.extensions_mut().insert(AskedBy(user));
    response
}

fn answer(org: &Org, user: RecordId, operation: &Element) -> Result<String, Fault> {
    if !org.grants(user).everything {
        let sentence = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions";
        return Err(Fault::new("INSUFFICIENT_ACCESS", sentence));
    }
    match operation.name.as_str() {
        "deploy" => deploy::deploy(org, user, operation),
        "checkDeployStatus" => deploy_status::check(org, operation),
        other => Err(Fault::client(format!(
            "No operation available for request {{http://soap.sforce.com/2006/04/metadata}}{other}, please check the WSDL for the service."
        ))),
    }
}

/// A live session, and one call less of the day's allowance.
fn admit(org: &Org, session: Option<&str>) -> Result<RecordId, Fault> {
    let now = org.clock.now();
    let mut world = org.world();
    let user = session.and_then(|token| world.sessions.user(token, now)).ok_or_else(|| {
        Fault::new(
            "INVALID_SESSION_ID",
            "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash",
        )
    })?;
    if world.api_usage.used >= world.api_usage.max {
        return Err(Fault::new("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
    }
    world.api_usage.used += 1;
    Ok(user)
}
