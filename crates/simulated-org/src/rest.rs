//! The REST API below `/services/data/vNN.0/`: one call in, one answer out, no HTTP types.
//!
//! Composite sub-requests come through the same door, so they cannot behave differently.

use serde_json::{Map, Value};

use crate::actions;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::ObjectType;
use crate::shape::Shape;
use crate::work::Work;

pub mod batch;
pub mod collections;
pub mod composite;
pub mod create_record;
pub mod delete_record;
pub mod describe_object;
pub mod http;
pub mod list_objects;
pub mod list_versions;
pub mod publish_event;
pub mod read_record;
pub mod run_query;
pub mod show_limits;
pub mod tree;
pub mod update_record;
pub mod upsert_record;

/// The versions this Org lists; anything from `OLDEST` to `NEWEST` is answered.
pub const OLDEST: u16 = 31;
pub const NEWEST: u16 = 68;

#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub version: u16,
    /// Path segments behind the version, percent-decoded, without a trailing empty one.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    /// `Sforce-Query-Options: batchSize=`, when sent.
    pub batch_size: Option<usize>,
    /// `If-Modified-Since`, as epoch milliseconds.
    pub if_modified_since: Option<i64>,
    pub body: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// As composite requests write it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// `None` is an empty body, as of a 204.
    pub body: Option<Shape>,
}

impl Answer {
    pub fn ok(body: impl Into<Shape>) -> Self {
        Self { status: 200, location: None, body: Some(body.into()) }
    }

    pub fn empty() -> Self {
        Self { status: 204, location: None, body: None }
    }
}

impl Call {
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as one record.
    pub fn record(&self) -> Result<&Map<String, Value>, Refused> {
        match &self.body {
            Some(Value::Object(members)) => Ok(members),
            _ => Err(Refused::bad(
                "JSON_PARSER_ERROR",
                "The HTTP entity body is required, but this request has no entity body.",
            )),
        }
    }

    fn only_options(&self, known: &[&str]) -> Result<(), Refused> {
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Refused::bad("INVALID_QUERY_PARAMETER", format!("unknown query option {name}"))),
            None => Ok(()),
        }
    }
}

/// Finds the operation for a call and runs it.
pub fn answer(work: &mut Work, call: &Call) -> Result<Answer, Refused> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let options: &[&str] = match path[..] {
        ["query" | "queryAll"] => &["q", "columns"],
        ["sobjects", _, _] => &["fields"],
        ["sobjects", _, _, _] => &["fields", "updateOnly"],
        ["composite", "sobjects"] => &["ids", "allOrNone"],
        ["composite", "sobjects", _] => &["ids", "fields"],
        _ => &[],
    };
    call.only_options(options)?;
    work.attempt(|work| route(work, call, &path))
}

fn route(work: &mut Work, call: &Call, path: &[&str]) -> Result<Answer, Refused> {
    match (call.method, path) {
        (Method::Get, []) => Ok(list_versions::show_version(call)),
        (Method::Get, ["limits"]) => Ok(show_limits::show_limits(work)),
        (Method::Get, ["query"]) => run_query::run_query(work, call, false),
        (Method::Get, ["queryAll"]) => run_query::run_query(work, call, true),
        (Method::Get, ["query" | "queryAll", locator]) => run_query::query_more(work, call, locator),
        (Method::Get, ["sobjects"]) => Ok(unless_modified(work, call, list_objects::list_objects)),
        (_, ["sobjects", name, rest @ ..]) => on_object(work, call, name, rest),
        (Method::Post, ["composite", "batch"]) => batch::batch(work, call),
        (Method::Post, ["composite", "tree", name]) => tree::tree(work, call, name),
        (Method::Post, ["composite"]) => composite::composite(work, call),
        (_, ["composite", "sobjects", rest @ ..]) => collections::collections(work, call, rest),
        (_, ["actions", rest @ ..]) => actions::actions(work, call, rest),
        _ => Err(Refused::not_found()),
    }
}

fn on_object(work: &mut Work, call: &Call, name: &str, rest: &[&str]) -> Result<Answer, Refused> {
    let object = work.object(name)?;
    match (call.method, rest) {
        (Method::Get, []) => {
            Ok(unless_modified(work, call, |work, call| describe_object::show_object(work, object, call)))
        }
        (Method::Get, ["describe"]) => {
            Ok(unless_modified(work, call, |work, call| describe_object::describe_object(work, object, call)))
        }
        (Method::Post, []) if object.nature == crate::schema::Nature::Event => {
            publish_event::publish_event(work, object, call.record()?).map(publish_event::answer)
        }
        (Method::Post, []) => create_record::create_record(work, object, call),
        (Method::Get, [id]) => read_record::read_record(work, object, record_id(object, id)?, call),
        (Method::Patch, [id]) => update_record::update_record(work, object, record_id(object, id)?, call),
        (Method::Delete, [id]) => delete_record::delete_record(work, object, record_id(object, id)?),
        (Method::Get, [key, value]) => read_record::read_by_external_id(work, object, key, value, call),
        (Method::Patch, [key, value]) => upsert_record::upsert_record(work, object, key, value, call),
        _ => Err(Refused::new(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed on this resource")),
    }
}

/// 304 with nothing when the metadata has not changed since the caller looked.
fn unless_modified(work: &Work, call: &Call, show: impl FnOnce(&Work, &Call) -> Answer) -> Answer {
    // The header counts whole seconds.
    let changed_at = work.world.metadata_changed_at.div_euclid(1_000) * 1_000;
    if call.if_modified_since.is_some_and(|since| changed_at <= since) {
        return Answer { status: 304, location: None, body: None };
    }
    show(work, call)
}

/// An id in a path. One of another object is not found; one that is no id at all is malformed.
pub fn record_id(object: &ObjectType, text: &str) -> Result<RecordId, Refused> {
    let id = RecordId::parse(text).ok_or_else(|| Refused::no_such_record(text))?;
    if id.prefix() == object.key_prefix { Ok(id) } else { Err(Refused::no_such_record(text)) }
}

pub fn record_url(version: u16, object: &ObjectType, id: RecordId) -> String {
    format!("/services/data/v{version}.0/sobjects/{}/{id}", object.name)
}
