//! `GET sobjects/T` and `GET sobjects/T/describe`.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::schema::{Nature, ObjectType, describe};
use crate::work::Work;

pub fn show_object(work: &Work, object: &ObjectType, call: &Call) -> Answer {
    let rights = work.grants().on(&object.name);
    Answer::ok(json!({ "objectDescribe": describe::summary(object, rights, call.version), "recentItems": [] }))
}

/// Complete: a strict client decodes every flag, so none may be missing.
pub fn describe_object(work: &Work, object: &ObjectType, call: &Call) -> Answer {
    let fields: Value = object
        .fields
        .iter()
        .filter(|field| work.may_read_field(object, field))
        .map(|field| describe::field(field, work.may_edit_field(object, field)))
        .collect();
    let children: Value = work
        .org
        .schema
        .references_to(&object.name)
        .filter(|(child, _)| work.object(&child.name).is_ok())
        .map(|(child, field)| describe::child_relationship(child, field))
        .collect();
    let mut whole = describe::summary(object, work.grants().on(&object.name), call.version);
    for (name, value) in [
        ("fields", fields),
        ("childRelationships", children),
        ("recordTypeInfos", describe::record_types(object, call.version)),
        ("supportedScopes", describe::scopes(object)),
        ("namedLayoutInfos", json!([])),
        ("actionOverrides", json!([])),
    ] {
        whole[name] = value;
    }
    for name in ["listviewable", "lookupLayoutable", "networkScopeFieldName", "sobjectDescribeOption"] {
        whole[name] = Value::Null;
    }
    whole["compactLayoutable"] = json!(object.nature == Nature::Records);
    whole["searchLayoutable"] = json!(object.nature == Nature::Records);
    Answer::ok(whole)
}
