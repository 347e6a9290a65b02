//! Invocable actions, as far as sending a mail goes: `actions/standard/emailSimple`.
//!
//! Format: Actions Developer Guide, "Simple Email Actions"; REST API, "Invoke Standard Actions".

use serde_json::{Value, json};

use crate::refused::Refused;
use crate::rest::{Answer, Call, Method};
use crate::work::Work;

pub mod email_inputs;
pub mod email_message;
pub mod email_simple;

/// `rest` is what follows `actions` in the path.
pub fn actions(work: &mut Work, call: &Call, rest: &[&str]) -> Result<Answer, Refused> {
    let base = format!("/services/data/v{}.0/actions", call.version);
    match (call.method, rest) {
        (Method::Get, []) => {
            Ok(Answer::ok(json!({ "standard": format!("{base}/standard"), "custom": format!("{base}/custom") })))
        }
        (Method::Get, ["standard"]) => Ok(Answer::ok(json!({ "actions": [email_inputs::listed(&base)] }))),
        (Method::Get, ["standard", "emailSimple"]) => Ok(Answer::ok(email_inputs::describe(call.version))),
        (Method::Post, ["standard", "emailSimple"]) => email_simple::send(work, call),
        (_, ["standard", "emailSimple"]) => {
            Err(Refused::new(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed on this resource"))
        }
        _ => Err(Refused::not_found()),
    }
}

/// One entry of an action's answer.
pub fn outcome(name: &str, failed: Option<&Refused>) -> Value {
    json!({
        "actionName": name,
        "errors": failed.map(|refused| vec![refused.row_error()]),
        "invocationId": null,
        "isSuccess": failed.is_none(),
        "outcome": null,
        "outputValues": null,
        "sortOrder": -1,
        "version": 1,
    })
}
