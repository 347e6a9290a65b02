//! What refusals tell about the one who asked, and the verdict at the end.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Asked, Offence, Referee, path_of};
use crate::org::Org;
use crate::schema::Nature;
use crate::seed::people::{INTEGRATION, user_id};

impl Referee {
    /// Judges what a handler refused. Composite answers hold refusals of their parts.
    pub fn refused(&self, asked: &Asked, status: u16, is_unknown_route: bool, answer: &[u8]) {
        if !asked.target.starts_with("/services/") {
            return;
        }
        let place = format!("{} {}", asked.method, path_of(&asked.target));
        let mut state = self.lock();
        if is_unknown_route {
            state.note(Offence::UnknownRoute, format!("no Org has the route {place}"));
        }
        if status == 405 {
            state.note(Offence::WrongMethod, format!("that resource does not know the method: {place}"));
        }
        let mut complaints = Vec::new();
        collect(&serde_json::from_slice(answer).unwrap_or_default(), &mut complaints);
        for (code, message) in complaints {
            match code.as_str() {
                "INVALID_FIELD" if message.starts_with("No such column") || message.contains("\nNo such column") => {
                    state.note(Offence::UnknownField, format!("{place}: {}", last_line(&message)));
                }
                "DUPLICATE_VALUE" if asked.method == "POST" => {
                    state.note(Offence::SecondInsert, format!("{place} should have been an upsert: {message}"));
                }
                "NOT_FOUND" if status == 200 && message == "The requested resource does not exist" => {
                    state.note(Offence::UnknownRoute, format!("no Org has a route that {place} holds"));
                }
                "METHOD_NOT_ALLOWED" if status == 200 => {
                    state.note(
                        Offence::WrongMethod,
                        format!("a part of {place} has a method its resource does not know"),
                    );
                }
                _ => {}
            }
        }
    }
}

/// Every `{errorCode | statusCode, message}` in an answer, however deep.
fn collect(answer: &Value, into: &mut Vec<(String, String)>) {
    match answer {
        Value::Array(list) => list.iter().for_each(|item| collect(item, into)),
        Value::Object(members) => {
            let code = members.get("errorCode").or_else(|| members.get("statusCode")).and_then(Value::as_str);
            if let (Some(code), Some(message)) = (code, members.get("message").and_then(Value::as_str)) {
                into.push((code.to_owned(), message.to_owned()));
            }
            members.values().for_each(|member| collect(member, into));
        }
        _ => {}
    }
}

fn last_line(message: &str) -> &str {
    message.lines().next_back().unwrap_or_default()
}

/// Everything that is wrong by now, a sentence each. Empty is a pass.
pub fn verdict(org: &Org) -> Vec<String> {
    for sentence in twins(org) {
        org.referee.note(Offence::SecondInsert, sentence);
    }
    let mut state = org.referee.lock();
    if let Some(budget) = state.budget.filter(|budget| state.calls > *budget) {
        let sentence = format!("{} calls were made where {budget} should have been enough", state.calls);
        state.note(Offence::OverBudget, sentence);
    }
    for report in org.faults.unused() {
        let name =
            report.fault.name.clone().unwrap_or_else(|| format!("{:?} {:?}", report.fault.when, report.fault.effect));
        state.note(Offence::UnusedFault, format!("a fault was planted but never struck: {name}"));
    }
    let unexpected = state.found.iter().filter(|(offence, _)| !state.expected.contains(offence));
    let mut sentences: Vec<String> = unexpected.flat_map(|(_, sentences)| sentences.clone()).collect();
    for offence in state.expected.iter().filter(|offence| !state.found.contains_key(offence)) {
        sentences.push(format!("the test expects {offence:?}, but it did not happen"));
    }
    sentences
}

/// Rows that exist twice although the integration user could have known: the same external id, the same post.
fn twins(org: &Org) -> Vec<String> {
    let world = org.world();
    let mut sentences = Vec::new();
    for object in org.schema.objects().filter(|object| object.nature == Nature::Records) {
        let keys = object.fields.iter().filter(|field| field.external_id && !field.unique);
        for key in keys {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for row in world.rows.living(&object.name) {
                *seen.entry(row.text(&key.name).unwrap_or_default().to_lowercase()).or_default() += 1;
            }
            let twins = seen.into_iter().filter(|(value, count)| !value.is_empty() && *count > 1);
            sentences.extend(twins.map(|(value, count)| format!("{count} rows of {} are {value}", object.name)));
        }
    }
    let mut posts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let ours = |row: &&crate::rows::Row| row.reference("CreatedById") == Some(user_id(INTEGRATION));
    for row in world.rows.living("FeedItem").filter(ours) {
        let parent = row.reference("ParentId").map(|id| id.to_string()).unwrap_or_default();
        *posts.entry((parent, row.text("Body").unwrap_or_default().to_owned())).or_default() += 1;
    }
    let twins = posts.into_iter().filter(|(_, count)| *count > 1);
    sentences.extend(twins.map(|((parent, body), count)| format!("{count} times the same post on {parent}: {body}")));
    sentences
}
