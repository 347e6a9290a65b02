//! `POST /__sim/sandbox {name}`: a full sandbox of what this Org holds now, running beside it until it stops.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::org::Org;
use crate::sandbox;
use crate::start::SimulatedOrg;

/// What Setup allows in a sandbox's name.
const MAX_NAME: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSandbox {
    name: String,
}

/// Answers where the copy listens, and its Org id.
pub async fn create(State(org): State<Arc<Org>>, Json(NewSandbox { name }): Json<NewSandbox>) -> Response {
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return cannot(format!("A sandbox has a name of 1 to {MAX_NAME} letters and digits."));
    }
    if org.options.sandbox {
        return cannot("This is a sandbox: ask its production Org.");
    }
    let number = org.sandboxes().len() as u64 + 1;
    match SimulatedOrg::start_copy_of(sandbox::options(&org, &name, number), &org).await {
        Ok(copy) => {
            let mut told = copy.addresses();
            told["org_id"] = json!(copy.org_id());
            org.sandboxes().push(copy);
            ok(told)
        }
        Err(error) => cannot(format!("{error:#}")),
    }
}
