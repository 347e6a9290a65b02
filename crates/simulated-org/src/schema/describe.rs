//! Objects and fields as `describe` shows them, with every flag a strict client expects.
//!
//! Format: REST API Developer Guide, "sObject Describe"; DescribeSObjectResult in the SOAP guide.

use serde_json::{Value, json};

use super::permission_set::ObjectRights;
use super::{Field, FieldKind, Nature, ObjectType, OnDelete, Sharing, Writable};
use crate::lies::{self, Lie};

/// `rights` are those of the user who asks: what they may not do is shown as impossible.
pub fn summary(object: &ObjectType, rights: ObjectRights, version: u16) -> Value {
    let records = object.nature == Nature::Records;
    let event = object.nature == Nature::Event;
    let base = format!("/services/data/v{version}.0/sobjects/{}", object.name);
    json!({
        "activateable": false,
        "associateEntityType": null,
        "associateParentEntity": null,
        "createable": (records || event) && rights.create,
        "custom": object.custom,
        "customSetting": false,
        "deepCloneable": false,
        "dataTranslationEnabled": null,
        "defaultImplementation": null,
        "deletable": records && rights.delete,
        "deprecatedAndHidden": false,
        "extendedBy": null,
        "extendsInterfaces": null,
        "feedEnabled": matches!(object.name.as_str(), "Case" | "Account" | "Contact"),
        "hasSubtypes": false,
        "implementedBy": null,
        "implementsInterfaces": null,
        "isInterface": false,
        "isSubtype": false,
        "keyPrefix": if object.key_prefix.is_empty() { Value::Null } else { json!(object.key_prefix) },
        "label": object.label,
        (lies::instead(Lie::MissingLabelPlural, "labelPlural", "pluralLabel")): object.label_plural,
        "layoutable": records,
        "mergeable": matches!(object.name.as_str(), "Case" | "Account" | "Contact"),
        "mruEnabled": records,
        "name": object.name,
        "queryable": !event,
        "replicateable": records,
        "retrieveable": records,
        "searchable": records && object.sharing != Sharing::WithParent("ParentId"),
        "triggerable": records || event,
        "undeletable": records && rights.delete,
        "updateable": records && rights.edit,
        "urls": { "sobject": base, "describe": format!("{base}/describe"), "rowTemplate": format!("{base}/{{ID}}") },
    })
}

pub fn field(field: &Field, editable: bool) -> Value {
    let (kind, soap_type, length) = types(field);
    let (precision, scale, digits) = match field.kind {
        FieldKind::Number { precision, scale } => (precision, scale, 0),
        FieldKind::Int => (0, 0, 9),
        _ => (0, 0, 0),
    };
    let text = matches!(soap_type, "xsd:string");
    let filterable = field.filterable;
    let reference = field.relationship.as_ref();
    let values: Value = match &field.kind {
        FieldKind::Picklist { values, .. } | FieldKind::MultiPicklist { values, .. } => values
            .iter()
            .map(|value| {
                json!({
                    "active": true,
                    "defaultValue": value.default,
                    "label": value.label,
                    "validFor": null,
                    "value": value.value,
                })
            })
            .collect(),
        _ => json!([]),
    };
    let create = editable && field.writable != Writable::Never;
    let update = editable && field.writable == Writable::Always;
    let members = [
        ("aggregatable", json!(filterable)),
        ("aiPredictionField", json!(false)),
        ("autoNumber", json!(matches!(field.kind, FieldKind::AutoNumber { .. }))),
        ("byteLength", json!(if text { length * 3 } else { 0 })),
        ("calculated", json!(false)),
        ("calculatedFormula", json!(null)),
        ("cascadeDelete", json!(reference.is_some_and(|reference| reference.on_delete == OnDelete::Cascade))),
        ("caseSensitive", json!(field.case_sensitive)),
        ("compoundFieldName", json!(null)),
        ("controllerName", json!(null)),
        ("createable", json!(create)),
        ("custom", json!(field.custom)),
        ("defaultValue", json!(field.default_value())),
        ("defaultValueFormula", json!(null)),
        (
            "defaultedOnCreate",
            json!(field.default_value().is_some() || field.kind == FieldKind::Flag || field.name == "OwnerId"),
        ),
        ("dependentPicklist", json!(false)),
        ("deprecatedAndHidden", json!(false)),
        ("digits", json!(digits)),
        ("displayLocationInDecimal", json!(false)),
        ("encrypted", json!(false)),
        ("externalId", json!(field.external_id)),
        ("extraTypeInfo", json!(null)),
        ("filterable", json!(filterable)),
        ("filteredLookupInfo", json!(null)),
        ("formulaTreatNullNumberAsZero", json!(false)),
        ("groupable", json!(filterable && !matches!(field.kind, FieldKind::Moment | FieldKind::Number { .. }))),
        ("highScaleNumber", json!(false)),
        ("htmlFormatted", json!(false)),
        ("idLookup", json!(field.kind == FieldKind::Id || field.external_id)),
        ("inlineHelpText", json!(null)),
        ("label", json!(field.label)),
        ("length", json!(length)),
        ("mask", json!(null)),
        ("maskType", json!(null)),
        ("name", json!(field.name)),
        ("nameField", json!(field.name == "Name" || field.name == "CaseNumber")),
        ("namePointing", json!(reference.is_some_and(|reference| reference.to.len() > 1))),
        ("nillable", json!(field.nillable())),
        ("permissionable", json!(field.custom && !field.required)),
        ("picklistValues", json!(values)),
        ("polymorphicForeignKey", json!(reference.is_some_and(|reference| reference.to.len() > 1))),
        ("precision", json!(precision)),
        ("queryByDistance", json!(false)),
        ("referenceTargetField", json!(null)),
        ("referenceTo", json!(reference.map_or_else(Vec::new, |reference| reference.to.clone()))),
        ("relationshipName", json!(reference.and_then(|reference| reference.name.clone()))),
        ("relationshipOrder", json!(null)),
        ("restrictedDelete", json!(reference.is_some_and(|reference| reference.on_delete == OnDelete::Restrict))),
        (
            "restrictedPicklist",
            json!(matches!(
                field.kind,
                FieldKind::Picklist { restricted: true, .. } | FieldKind::MultiPicklist { restricted: true, .. }
            )),
        ),
        ("scale", json!(scale)),
        ("searchPrefilterable", json!(false)),
        ("soapType", json!(soap_type)),
        ("sortable", json!(filterable)),
        ("type", json!(kind)),
        ("unique", json!(field.unique)),
        ("updateable", json!(update)),
        ("writeRequiresMasterRead", json!(false)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Every record has the one record type that needs no setting up.
pub fn record_types(object: &ObjectType, version: u16) -> Value {
    if object.nature != Nature::Records {
        return json!([]);
    }
    let base = format!("/services/data/v{version}.0/sobjects/{}", object.name);
    json!([{
        "active": true,
        "available": true,
        "defaultRecordTypeMapping": true,
        "developerName": "Master",
        "master": true,
        "name": "Master",
        "recordTypeId": "012000000000000AAA",
        "urls": { "layout": format!("{base}/describe/layouts/012000000000000AAA") },
    }])
}

/// What `USING SCOPE` takes here.
pub fn scopes(object: &ObjectType) -> Value {
    let plural = object.label_plural.to_lowercase();
    let mut scopes = vec![json!({ "label": format!("All {plural}"), "name": "everything" })];
    if object.field("OwnerId").is_some() {
        scopes.push(json!({ "label": format!("My {plural}"), "name": "mine" }));
    }
    json!(scopes)
}

pub fn child_relationship(child: &ObjectType, field: &Field) -> Value {
    let on_delete = field.relationship.as_ref().map(|reference| reference.on_delete);
    json!({
        "cascadeDelete": on_delete == Some(OnDelete::Cascade),
        "childSObject": child.name,
        "deprecatedAndHidden": false,
        "field": field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": field.relationship.as_ref().and_then(|relationship| relationship.children.clone()),
        "restrictedDelete": on_delete == Some(OnDelete::Restrict),
    })
}

/// Field type, SOAP type and length.
fn types(field: &Field) -> (&'static str, &'static str, usize) {
    match &field.kind {
        FieldKind::Id => ("id", "tns:ID", 18),
        FieldKind::Reference => ("reference", "tns:ID", 18),
        FieldKind::Text { max } => ("string", "xsd:string", *max),
        FieldKind::LongText { max } => ("textarea", "xsd:string", *max),
        FieldKind::AutoNumber { .. } => ("string", "xsd:string", 30),
        FieldKind::Email => ("email", "xsd:string", 80),
        FieldKind::Phone => ("phone", "xsd:string", 40),
        FieldKind::Url => ("url", "xsd:string", 255),
        FieldKind::Picklist { .. } => ("picklist", "xsd:string", 255),
        FieldKind::MultiPicklist { .. } => ("multipicklist", "xsd:string", 4_099),
        FieldKind::Flag => ("boolean", "xsd:boolean", 0),
        FieldKind::Int => ("int", "xsd:int", 0),
        FieldKind::Number { .. } => ("double", "xsd:double", 0),
        FieldKind::Day => ("date", "xsd:date", 0),
        FieldKind::Moment => ("datetime", "xsd:dateTime", 0),
        FieldKind::Base64 => ("base64", "xsd:base64Binary", 0),
    }
}
