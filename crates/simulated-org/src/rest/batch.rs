//! `composite/batch`: up to 25 independent calls in one. Not atomic: each stands or falls alone.
//!
//! Format: REST API Developer Guide, "Batch".

use serde_json::{Value, json};

use super::http::split_target;
use super::{Answer, Call, Method, answer};
use crate::refused::Refused;
use crate::shape::Shape;
use crate::work::Work;

const MAX_CALLS: usize = 25;

struct Part<'a> {
    method: Method,
    url: &'a str,
    input: Option<&'a Value>,
}

pub fn batch(work: &mut Work, call: &Call) -> Result<Answer, Refused> {
    let (halt_on_error, parts) = read(call)?;
    let mut has_errors = false;
    let mut results = Vec::with_capacity(parts.len());
    for part in &parts {
        let outcome = if has_errors && halt_on_error {
            Err(Refused::new(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request"))
        } else {
            run_part(work, call, part)
        };
        let (status, result) = match outcome {
            Ok(done) => (done.status, done.body.unwrap_or_else(Shape::null)),
            Err(refused) => (refused.status, Shape::Plain(refused.body())),
        };
        has_errors |= !(200..300).contains(&status);
        results.push(Shape::of([("statusCode", Shape::Plain(json!(status))), ("result", result)]));
    }
    Ok(Answer::ok(Shape::of([("hasErrors", Shape::Plain(json!(has_errors))), ("results", Shape::List(results))])))
}

fn read(call: &Call) -> Result<(bool, Vec<Part<'_>>), Refused> {
    let malformed = |message: String| Refused::bad("JSON_PARSER_ERROR", message);
    let body = call.record()?;
    if let Some(unknown) = body.keys().find(|name| !matches!(name.as_str(), "haltOnError" | "batchRequests")) {
        return Err(malformed(format!("Unrecognized field \"{unknown}\"")));
    }
    let list = body.get("batchRequests").and_then(Value::as_array);
    let list = list.ok_or_else(|| malformed("batchRequests must be a list".to_owned()))?;
    if list.is_empty() || list.len() > MAX_CALLS {
        return Err(Refused::bad("INVALID_INPUT", format!("a batch holds 1 to {MAX_CALLS} subrequests")));
    }
    let parts = list.iter().map(|entry| {
        let members = entry.as_object().ok_or_else(|| malformed("a subrequest is an object".to_owned()))?;
        if let Some(unknown) = members.keys().find(|name| !matches!(name.as_str(), "method" | "url" | "richInput")) {
            return Err(malformed(format!("Unrecognized field \"{unknown}\"")));
        }
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let method = text("method").and_then(Method::named);
        let method = method.ok_or_else(|| malformed("a subrequest needs a method".to_owned()))?;
        let url = text("url").ok_or_else(|| malformed("a subrequest needs a url".to_owned()))?;
        Ok(Part { method, url, input: members.get("richInput") })
    });
    Ok((body.get("haltOnError") == Some(&Value::Bool(true)), parts.collect::<Result<_, _>>()?))
}

/// URLs here start at the version: `v67.0/sobjects/Case/500…`.
fn run_part(work: &mut Work, outer: &Call, part: &Part) -> Result<Answer, Refused> {
    let below = part.url.trim_start_matches('/');
    let below = below.strip_prefix("services/data/").unwrap_or(below);
    let target = format!("/services/data/{below}");
    let (version, path, query) = split_target(&target).ok_or_else(Refused::not_found)?;
    if path.first().is_some_and(|first| first == "composite") {
        return Err(Refused::bad("INVALID_INPUT", "a batch holds no composite requests"));
    }
    let call = Call {
        method: part.method,
        version,
        path,
        query,
        batch_size: outer.batch_size,
        if_modified_since: None,
        body: part.input.cloned(),
    };
    answer(work, &call)
}
