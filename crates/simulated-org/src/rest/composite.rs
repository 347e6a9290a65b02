//! `composite`: up to 25 calls in one, in order, later ones using results of earlier ones, or all or none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Answer, Call, Method, answer};
use crate::refused::Refused;
use crate::rest::http::split_target;
use crate::shape::Shape;
use crate::work::Work;

const MAX_CALLS: usize = 25;
/// Queries and collections among them. [assumed]
const MAX_HEAVY_CALLS: usize = 5;

pub fn composite(work: &mut Work, call: &Call) -> Result<Answer, Refused> {
    let (all_or_none, parts) = read(call)?;
    let before = work.mark();
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let mut outcomes: Vec<(&str, Answer)> = Vec::new();
    let mut failed = None;
    for part in &parts {
        let outcome = run_part(work, call, all_or_none, part, &known);
        let (outcome, lost) = outcome.unwrap_or_else(|refused| {
            let body = Some(Shape::Plain(refused.body()));
            (Answer { status: refused.status, location: None, body }, true)
        });
        if (200..300).contains(&outcome.status) && !(lost && all_or_none) {
            let body = outcome.body.as_ref().map_or(Value::Null, Shape::to_value);
            known.insert(part.reference.to_owned(), body);
        } else if failed.is_none() {
            failed = Some(outcomes.len());
        }
        outcomes.push((part.reference, outcome));
        if all_or_none && failed.is_some() {
            break;
        }
    }
    if let (true, Some(failed)) = (all_or_none, failed) {
        work.undo_to(before);
        outcomes.extend(parts[outcomes.len()..].iter().map(|part| (part.reference, Answer::empty())));
        for (place, (_, outcome)) in outcomes.iter_mut().enumerate() {
            if place != failed {
                *outcome =
                    halted("The transaction was rolled back since another operation in the same transaction failed.");
            }
        }
    }
    let list = outcomes.into_iter().map(|(reference, outcome)| {
        let headers = outcome
            .location
            .map_or_else(Map::new, |location| Map::from_iter([("Location".to_owned(), json!(location))]));
        Shape::of([
            ("body", outcome.body.unwrap_or_else(Shape::null)),
            ("httpHeaders", Shape::Plain(Value::Object(headers))),
            ("httpStatusCode", Shape::Plain(json!(outcome.status))),
            ("referenceId", Shape::Plain(json!(reference))),
        ])
    });
    Ok(Answer::ok(Shape::of([("compositeResponse", Shape::List(list.collect()))])))
}

struct Part<'a> {
    method: Method,
    url: &'a str,
    reference: &'a str,
    body: Option<&'a Value>,
}

fn read(call: &Call) -> Result<(bool, Vec<Part<'_>>), Refused> {
    let malformed = |message: &str| Refused::bad("JSON_PARSER_ERROR", message.to_owned());
    let body = call.record()?;
    if let Some(unknown) = body.keys().find(|name| !matches!(name.as_str(), "allOrNone" | "compositeRequest")) {
        return Err(malformed(&format!("Unrecognized field \"{unknown}\"")));
    }
    let list = body.get("compositeRequest").and_then(Value::as_array);
    let list = list.ok_or_else(|| malformed("compositeRequest must be a list"))?;
    if list.len() > MAX_CALLS {
        return Err(Refused::bad("INVALID_INPUT", format!("at most {MAX_CALLS} subrequests")));
    }
    let mut parts: Vec<Part> = Vec::new();
    for entry in list {
        let members = entry.as_object().ok_or_else(|| malformed("a subrequest is an object"))?;
        let known = ["method", "url", "referenceId", "body", "httpHeaders"];
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(malformed(&format!("Unrecognized field \"{unknown}\"")));
        }
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let method = text("method").and_then(Method::named);
        let method = method.ok_or_else(|| malformed("a subrequest needs a method"))?;
        let url = text("url").ok_or_else(|| malformed("a subrequest needs a url"))?;
        let reference = text("referenceId").ok_or_else(|| malformed("a subrequest needs a referenceId"))?;
        let plain = reference.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !plain || reference.is_empty() || parts.iter().any(|part| part.reference == reference) {
            return Err(Refused::bad("INVALID_INPUT", format!("invalid or repeated referenceId {reference}")));
        }
        parts.push(Part { method, url, reference, body: members.get("body") });
    }
    let heavy = parts.iter().filter(|part| part.url.contains("/query") || part.url.contains("/composite/"));
    if heavy.count() > MAX_HEAVY_CALLS {
        return Err(Refused::bad("INVALID_INPUT", format!("at most {MAX_HEAVY_CALLS} queries and collections")));
    }
    Ok((body.get("allOrNone") == Some(&Value::Bool(true)), parts))
}

/// The answer, and whether a row of a collection failed in it.
fn run_part(
    work: &mut Work,
    outer: &Call,
    all_or_none: bool,
    part: &Part,
    known: &BTreeMap<String, Value>,
) -> Result<(Answer, bool), Refused> {
    let url = substitute(part.url, known)?;
    let (version, path, query) = split_target(&url).ok_or_else(Refused::not_found)?;
    if matches!(path.iter().map(String::as_str).collect::<Vec<_>>()[..], ["composite"] | ["composite", "batch"]) {
        return Err(Refused::bad("INVALID_INPUT", "a composite request holds no composite or batch request"));
    }
    let mut body = part.body.map(|body| substitute_body(body, known)).transpose()?;
    let mut query = query;
    if all_or_none && is_collection(&path) {
        // The outer flag overrides what the collection says.
        if let Some(Value::Object(body)) = &mut body {
            body.insert("allOrNone".to_owned(), Value::Bool(true));
        } else {
            query.retain(|(name, _)| name != "allOrNone");
            query.push(("allOrNone".to_owned(), "true".to_owned()));
        }
    }
    let call =
        Call { method: part.method, version, path, query, batch_size: outer.batch_size, if_modified_since: None, body };
    let answer = answer(work, &call)?;
    // A collection answers 200 whatever became of its rows.
    let lost =
        is_collection(&call.path) && part.method != Method::Get && answer.body.as_ref().is_some_and(has_failed_row);
    Ok((answer, lost))
}

/// `composite/sobjects`, but not the retrieval of many rows, whose POST names a type.
fn is_collection(path: &[String]) -> bool {
    match path {
        [composite, sobjects, rest @ ..] => composite == "composite" && sobjects == "sobjects" && rest.len() != 1,
        _ => false,
    }
}

fn has_failed_row(body: &Shape) -> bool {
    let failed = Shape::Plain(Value::Bool(false));
    let row_failed = |row: &Shape| {
        matches!(row, Shape::Members(members)
            if members.iter().any(|(name, value)| name == "success" && *value == failed))
    };
    matches!(body, Shape::List(rows) if rows.iter().any(row_failed))
}

/// A string that is exactly one reference becomes that value; references inside text become text.
fn substitute_body(value: &Value, known: &BTreeMap<String, Value>) -> Result<Value, Refused> {
    match value {
        Value::String(text) => match text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}')) {
            Some(reference) if !reference.contains("@{") => look_up(reference, known).cloned(),
            _ => substitute(text, known).map(Value::String),
        },
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| Ok((name.clone(), substitute_body(value, known)?)));
            each.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        Value::Array(items) => {
            items.iter().map(|item| substitute_body(item, known)).collect::<Result<_, _>>().map(Value::Array)
        }
        other => Ok(other.clone()),
    }
}

fn substitute(text: &str, known: &BTreeMap<String, Value>) -> Result<String, Refused> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@{") {
        let (reference, tail) = after.split_once('}').ok_or_else(|| missing(after))?;
        let value = look_up(reference, known)?;
        result += before;
        result += &value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rest = tail;
    }
    Ok(result + rest)
}

/// `ref.field`, `ref.records[0].Id`.
fn look_up<'a>(reference: &str, known: &'a BTreeMap<String, Value>) -> Result<&'a Value, Refused> {
    let mut steps = reference.split('.');
    let mut at = steps.next().and_then(|name| known.get(name)).ok_or_else(|| missing(reference))?;
    for step in steps {
        let (name, index) = match step.split_once('[') {
            Some((name, index)) => (name, index.strip_suffix(']').and_then(|index| index.parse::<usize>().ok())),
            None => (step, None),
        };
        at = at.get(name).ok_or_else(|| missing(reference))?;
        if let Some(index) = index {
            at = at.get(index).ok_or_else(|| missing(reference))?;
        }
    }
    Ok(at)
}

fn missing(reference: &str) -> Refused {
    let (name, path) = reference.split_once('.').unwrap_or((reference, ""));
    let message = format!("Invalid reference specified. No value for {path} found in {name}");
    Refused::bad("PROCESSING_HALTED", message)
}

fn halted(message: &str) -> Answer {
    let body = Refused::bad("PROCESSING_HALTED", message).body();
    Answer { status: 400, location: None, body: Some(Shape::Plain(body)) }
}
