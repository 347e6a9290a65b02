//! `composite/sobjects`: up to 200 rows in one call, each with its own outcome, or all or none.
//!
//! Errors here say `statusCode` where single calls say `errorCode`.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Method, publish_event, record_id};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::delete_row::delete_row;
use crate::rows::insert_row::insert_row;
use crate::rows::read_fields::no_such_column;
use crate::rows::update_row::update_row;
use crate::rows::upsert_row::{Upserted, external_key, upsert_row};
use crate::schema::{Nature, ObjectType};
use crate::shape::Shape;
use crate::soql::records::attributes;
use crate::work::Work;

const MAX_ROWS: usize = 200;
/// Runs of rows of one type.
const MAX_CHUNKS: usize = 10;

/// What became of one row.
enum Outcome {
    Saved(RecordId),
    Upserted(RecordId, bool),
    Published(publish_event::Receipt),
}

pub fn collections(work: &mut Work, call: &Call, rest: &[&str]) -> Result<Answer, Refused> {
    match (call.method, rest) {
        (Method::Post, []) => each_record(work, call, |work, object, record| {
            if object.nature == Nature::Event {
                return publish_event::publish_event(work, object, record).map(Outcome::Published);
            }
            insert_row(work, object, record).map(Outcome::Saved)
        }),
        (Method::Patch, []) => each_record(work, call, |work, object, record| {
            let (id, record) = without_id(record)?;
            let id = record_id(object, &id)?;
            update_row(work, object, id, &record).map(|()| Outcome::Saved(id))
        }),
        (Method::Patch, [name, key]) => upsert(work, call, name, key),
        (Method::Delete, []) => delete(work, call),
        (Method::Post, [name]) => {
            let body = call.record()?;
            retrieve(work, call, name, &strings(body, "ids")?, &strings(body, "fields")?)
        }
        (Method::Get, [name]) => {
            let list =
                |option| call.option(option).unwrap_or_default().split(',').map(str::to_owned).collect::<Vec<_>>();
            retrieve(work, call, name, &list("ids"), &list("fields"))
        }
        _ => Err(Refused::not_found()),
    }
}

fn each_record(
    work: &mut Work,
    call: &Call,
    save: impl Fn(&mut Work, &ObjectType, &Map<String, Value>) -> Result<Outcome, Refused>,
) -> Result<Answer, Refused> {
    let body = call.record()?;
    let records = records(body)?;
    let types: Vec<_> = records.iter().map(|record| record.get("attributes").map(|about| &about["type"])).collect();
    if types.chunk_by(PartialEq::eq).count() > MAX_CHUNKS {
        let message = format!("the rows form more than {MAX_CHUNKS} chunks: sort them by type");
        return Err(Refused::bad("LIMIT_EXCEEDED", message));
    }
    let saves = records.iter().map(|record| {
        |work: &mut Work| {
            let name = record.get("attributes").and_then(|attributes| attributes["type"].as_str());
            let name = name.ok_or_else(|| Refused::bad("INVALID_TYPE", "attributes.type is missing"))?;
            let object = work.object(name)?;
            save(work, object, record)
        }
    });
    Ok(run(work, all_or_none(body), saves.collect()))
}

fn upsert(work: &mut Work, call: &Call, name: &str, key: &str) -> Result<Answer, Refused> {
    let body = call.record()?;
    let object = work.object(name)?;
    let key = external_key(object, key)?;
    let records = records(body)?;
    let saves = records.iter().map(|record| {
        |work: &mut Work| {
            let mut rest = (*record).clone();
            let value = rest.keys().find(|name| name.eq_ignore_ascii_case(&key.name)).cloned();
            let value = value.and_then(|name| rest.remove(&name));
            let Some(value) = value.as_ref().and_then(Value::as_str) else {
                return Err(Refused::bad("MISSING_ARGUMENT", format!("{} not specified", key.name)));
            };
            match upsert_row(work, object, key, value, &rest, false)? {
                Upserted::Created(id) => Ok(Outcome::Upserted(id, true)),
                Upserted::Changed(id) => Ok(Outcome::Upserted(id, false)),
                Upserted::Several(_) => {
                    let message = format!("{}: more than one record found for external id field", key.name);
                    Err(Refused::bad("DUPLICATE_EXTERNAL_ID", message))
                }
            }
        }
    });
    Ok(run(work, all_or_none(body), saves.collect()))
}

fn delete(work: &mut Work, call: &Call) -> Result<Answer, Refused> {
    let ids: Vec<&str> = call.option("ids").unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect();
    check_count(ids.len())?;
    let deletes = ids.iter().map(|text| {
        move |work: &mut Work| {
            let malformed = || Refused::bad("MALFORMED_ID", format!("malformed id {text}"));
            let id = RecordId::parse(text).ok_or_else(malformed)?;
            let object = work.org.schema.object_with_prefix(id.prefix()).ok_or_else(malformed)?;
            delete_row(work, object, id).map(|()| Outcome::Saved(id))
        }
    });
    Ok(run(work, call.option("allOrNone") == Some("true"), deletes.collect()))
}

/// Missing rows are `null`, in their place.
fn retrieve(work: &Work, call: &Call, name: &str, ids: &[String], fields: &[String]) -> Result<Answer, Refused> {
    check_count(ids.len())?;
    let object = work.object(name)?;
    let fields = fields.iter().map(|field| {
        let known = object.field(field).filter(|field| work.may_read_field(object, field));
        known.ok_or_else(|| no_such_column(object, field))
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let rows = ids.iter().map(|id| {
        let row = record_id(object, id).and_then(|id| work.readable_row(object, id, &id.to_string()));
        let Ok(row) = row else { return Shape::null() };
        let mut members = vec![("attributes".to_owned(), attributes(&object.name, row, call.version))];
        for field in &fields {
            members.push((field.name.clone(), Shape::Plain(row.cell(&field.name).to_json(&field.kind))));
        }
        Shape::Members(members)
    });
    Ok(Answer::ok(Shape::List(rows.collect())))
}

fn run<F>(work: &mut Work, all_or_none: bool, saves: Vec<F>) -> Answer
where
    F: FnOnce(&mut Work) -> Result<Outcome, Refused>,
{
    let before = work.mark();
    let mut outcomes: Vec<Result<Outcome, Refused>> = saves.into_iter().map(|save| work.attempt(save)).collect();
    if all_or_none && outcomes.iter().any(Result::is_err) {
        work.undo_to(before);
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
            *outcome = Err(Refused::bad(
                "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                "Record rolled back because not all records were valid and the request was using AllOrNone header",
            ));
        }
    }
    Answer::ok(Shape::List(outcomes.into_iter().map(result).collect()))
}

fn result(outcome: Result<Outcome, Refused>) -> Shape {
    let saved = |id: RecordId, errors: Vec<Shape>| {
        vec![
            ("id".to_owned(), Shape::Plain(json!(id.to_string()))),
            ("success".to_owned(), Shape::Plain(json!(true))),
            ("errors".to_owned(), Shape::List(errors)),
        ]
    };
    match outcome {
        Ok(Outcome::Saved(id)) => Shape::Members(saved(id, Vec::new())),
        Ok(Outcome::Upserted(id, created)) => {
            let mut members = saved(id, Vec::new());
            members.push(("created".to_owned(), Shape::Plain(json!(created))));
            Shape::Members(members)
        }
        Ok(Outcome::Published(receipt)) => publish_event::answer(receipt).body.unwrap_or_else(Shape::null),
        Err(refused) => Shape::of([
            ("success", Shape::Plain(json!(false))),
            ("errors", Shape::List(vec![Shape::Plain(refused.row_error())])),
        ]),
    }
}

fn records(body: &Map<String, Value>) -> Result<Vec<&Map<String, Value>>, Refused> {
    if let Some(unknown) = body.keys().find(|name| !matches!(name.as_str(), "allOrNone" | "records")) {
        return Err(Refused::bad("JSON_PARSER_ERROR", format!("Unrecognized field \"{unknown}\"")));
    }
    let missing = || Refused::bad("JSON_PARSER_ERROR", "records must be a list of objects");
    let list = body.get("records").and_then(Value::as_array).ok_or_else(missing)?;
    check_count(list.len())?;
    list.iter().map(|record| record.as_object().ok_or_else(missing)).collect()
}

fn check_count(count: usize) -> Result<(), Refused> {
    match count {
        0 => Err(Refused::bad("INVALID_INPUT", "at least one row is needed")),
        1..=MAX_ROWS => Ok(()),
        _ => {
            let message = format!("record limit reached. cannot submit more than {MAX_ROWS} records into this call");
            Err(Refused::bad("EXCEEDED_ID_LIMIT", message))
        }
    }
}

fn all_or_none(body: &Map<String, Value>) -> bool {
    body.get("allOrNone") == Some(&Value::Bool(true))
}

/// Update rows carry their id among the fields, in either case.
fn without_id(record: &Map<String, Value>) -> Result<(String, Map<String, Value>), Refused> {
    let mut rest = record.clone();
    let name = rest.keys().find(|name| name.eq_ignore_ascii_case("Id")).cloned();
    let id = name.and_then(|name| rest.remove(&name));
    match id {
        Some(Value::String(id)) => Ok((id, rest)),
        _ => Err(Refused::bad("MISSING_ARGUMENT", "Id not specified in an update call")),
    }
}

fn strings(body: &Map<String, Value>, name: &str) -> Result<Vec<String>, Refused> {
    let malformed = || Refused::bad("JSON_PARSER_ERROR", format!("{name} must be a list of strings"));
    let list = body.get(name).and_then(Value::as_array).ok_or_else(malformed)?;
    list.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(malformed)).collect()
}
