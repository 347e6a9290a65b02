//! `composite/tree/T`: up to 200 new records, parents with their children, all or none.
//!
//! Format: REST API Developer Guide, "sObject Tree".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Answer, Call};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::insert_row::insert_row;
use crate::schema::{Field, ObjectType};
use crate::shape::Shape;
use crate::work::Work;

const MAX_RECORDS: usize = 200;
const MAX_TYPES: usize = 5;
const MAX_LEVELS: usize = 5;

/// One record of the tree, parents before children.
struct Node<'a> {
    reference: String,
    object: &'a ObjectType,
    /// Which node it belongs to, and by which lookup.
    parent: Option<(usize, &'a Field)>,
    fields: Map<String, Value>,
}

pub fn tree(work: &mut Work, call: &Call, name: &str) -> Result<Answer, Refused> {
    let body = call.record()?;
    let object = work.object(name)?;
    let records = body.get("records").and_then(Value::as_array).filter(|_| body.len() == 1);
    let records =
        records.ok_or_else(|| Refused::bad("JSON_PARSER_ERROR", "the body holds exactly one list: records"))?;
    let mut nodes = Vec::new();
    collect(work, object, records, None, 1, &mut nodes)?;
    check_size(&nodes)?;

    let before = work.mark();
    let mut ids: Vec<RecordId> = Vec::with_capacity(nodes.len());
    for node in &nodes {
        let mut fields = node.fields.clone();
        if let Some((parent, lookup)) = node.parent {
            fields.insert(lookup.name.clone(), json!(ids[parent].to_string()));
        }
        match work.attempt(|work| insert_row(work, node.object, &fields)) {
            Ok(id) => ids.push(id),
            Err(refused) => {
                work.undo_to(before);
                let failed = Shape::of([
                    ("referenceId", Shape::Plain(json!(node.reference))),
                    ("errors", Shape::List(vec![Shape::Plain(refused.row_error())])),
                ]);
                return Ok(Answer { status: 400, location: None, body: Some(results(true, vec![failed])) });
            }
        }
    }
    let made = nodes.iter().zip(&ids).map(|(node, id)| {
        Shape::of([("referenceId", Shape::Plain(json!(node.reference))), ("id", Shape::Plain(json!(id.to_string())))])
    });
    Ok(Answer { status: 201, location: None, body: Some(results(false, made.collect())) })
}

fn results(has_errors: bool, list: Vec<Shape>) -> Shape {
    Shape::of([("hasErrors", Shape::Plain(json!(has_errors))), ("results", Shape::List(list))])
}

fn collect<'a>(
    work: &Work<'a>,
    object: &'a ObjectType,
    records: &[Value],
    parent: Option<(usize, &'a Field)>,
    level: usize,
    nodes: &mut Vec<Node<'a>>,
) -> Result<(), Refused> {
    let malformed = |message: &str| Refused::bad("JSON_PARSER_ERROR", message.to_owned());
    if level > MAX_LEVELS {
        return Err(Refused::bad("INVALID_INPUT", format!("a tree has at most {MAX_LEVELS} levels")));
    }
    for record in records {
        let record = record.as_object().ok_or_else(|| malformed("a record is an object"))?;
        let attributes = record.get("attributes").ok_or_else(|| malformed("a record needs attributes"))?;
        let reference = attributes["referenceId"].as_str().unwrap_or_default();
        if !reference.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
            return Err(Refused::bad("INVALID_INPUT", "Include a reference ID for each record"));
        }
        let named = attributes["type"].as_str().unwrap_or_default();
        if !named.eq_ignore_ascii_case(&object.name) {
            let message = format!("{reference} is of type {named}, where {} belongs", object.name);
            return Err(Refused::bad("INVALID_INPUT", message));
        }
        let place = nodes.len();
        let mut children = BTreeMap::new();
        let mut fields = Map::new();
        for (name, value) in record.iter().filter(|(name, _)| *name != "attributes") {
            match value.get("records").and_then(Value::as_array) {
                Some(list) => {
                    children.insert(name.as_str(), list);
                }
                None => {
                    fields.insert(name.clone(), value.clone());
                }
            }
        }
        nodes.push(Node { reference: reference.to_owned(), object, parent, fields });
        for (name, list) in children {
            let found = work.org.schema.references_to(&object.name).find(|(child, field)| {
                let own = field.relationship.as_ref().and_then(|relationship| relationship.children.as_deref());
                own.is_some_and(|own| own.eq_ignore_ascii_case(name)) && work.object(&child.name).is_ok()
            });
            let Some((child, lookup)) = found else {
                let message = format!("No such column '{name}' on sobject of type {}", object.name);
                return Err(Refused::bad("INVALID_FIELD", message));
            };
            collect(work, child, list, Some((place, lookup)), level + 1, nodes)?;
        }
    }
    Ok(())
}

fn check_size(nodes: &[Node]) -> Result<(), Refused> {
    let references: BTreeSet<&str> = nodes.iter().map(|node| node.reference.as_str()).collect();
    let types: BTreeSet<&str> = nodes.iter().map(|node| node.object.name.as_str()).collect();
    let message = if nodes.is_empty() || nodes.len() > MAX_RECORDS {
        format!("a tree holds 1 to {MAX_RECORDS} records")
    } else if types.len() > MAX_TYPES {
        format!("a tree holds at most {MAX_TYPES} types of objects")
    } else if references.len() < nodes.len() {
        "Duplicate ReferenceId provided in the request.".to_owned()
    } else {
        return Ok(());
    };
    Err(Refused::bad("INVALID_INPUT", message))
}
