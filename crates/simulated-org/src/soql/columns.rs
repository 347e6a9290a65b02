//! `&columns=true`: what the columns of a query are, in the place of its rows. The `sf` CLI cannot do without.

use serde_json::{Value, json};

use super::check::{Output, Plan, Selected};
use super::operand::{Aggregate, Operand};
use super::place::{Member, Place, nested};
use crate::lies::{self, Lie};
use crate::schema::{Field, FieldKind, Writable};

pub fn columns(plan: &Plan) -> Value {
    let (list, grouped) = match &plan.output {
        Output::Count => (Vec::new(), false),
        Output::Rows(selected) => (selected_columns(selected), false),
        Output::Groups(grouping) => {
            let list = grouping.columns.iter().map(|(name, operand)| group_column(name, operand));
            (list.collect(), true)
        }
    };
    let id_selected = list.iter().any(|column| column["columnName"] == "Id");
    json!({
        (lies::instead(Lie::MissingColumnMetadata, "columnMetadata", "columns")): list,
        "entityName": plan.object.name,
        "groupBy": grouped,
        "idSelected": id_selected,
        "keyPrefix": plan.object.key_prefix,
    })
}

fn selected_columns(selected: &[Selected]) -> Vec<Value> {
    let mut list: Vec<Value> = Vec::new();
    let places: Vec<(&Place, usize)> = selected
        .iter()
        .filter_map(|selected| if let Selected::Field(place) = selected { Some((place, 0)) } else { None })
        .collect();
    list.extend(place_columns(&places));
    for selected in selected {
        if let Selected::Children(children) = selected
            && let Output::Rows(own) = &children.plan.output
        {
            list.push(column(children.name, children.name, true, None, selected_columns(own)));
        }
    }
    list
}

/// Parents are columns that join columns of their own.
fn place_columns(places: &[(&Place, usize)]) -> Vec<Value> {
    let column_of = |member| match member {
        Member::Field(place) => column(&place.field.name, &place.field.name, false, Some(place.field), Vec::new()),
        Member::Parent(hop, nested) => column(hop.name, hop.name, false, None, place_columns(&nested)),
    };
    nested(places).into_iter().map(column_of).collect()
}

fn group_column(name: &str, operand: &Operand) -> Value {
    let path = operand.place().path();
    match operand {
        Operand::Field(place) => column(name, &path, false, Some(place.field), Vec::new()),
        Operand::Date(part, _) => column(name, &format!("{part:?}({path})"), true, None, Vec::new()),
        Operand::Aggregate(aggregate, _) => {
            let function = match aggregate {
                Aggregate::Count => "count",
                Aggregate::CountDistinct => "count_distinct",
                Aggregate::Sum => "sum",
                Aggregate::Average => "avg",
                Aggregate::Least => "min",
                Aggregate::Greatest => "max",
            };
            column(name, &format!("{function}({path})"), true, None, Vec::new())
        }
    }
}

fn column(name: &str, shown: &str, aggregate: bool, field: Option<&Field>, joined: Vec<Value>) -> Value {
    let kind = field.map(|field| &field.kind);
    json!({
        "aggregate": aggregate,
        "apexType": kind.map_or("", apex_type),
        "booleanType": matches!(kind, Some(FieldKind::Flag)),
        "columnName": name,
        "custom": field.is_some_and(|field| field.custom),
        "displayName": shown,
        "foreignKeyName": field.and_then(|field| field.relationship.as_ref()?.name.clone()),
        "insertable": field.is_some_and(|field| field.writable != Writable::Never),
        "joinColumns": joined,
        "numberType": matches!(kind, Some(FieldKind::Int | FieldKind::Number { .. })),
        "textType": kind.is_some_and(super::conditions::is_text),
        "updatable": field.is_some_and(|field| field.writable == Writable::Always),
    })
}

fn apex_type(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Id | FieldKind::Reference => "Id",
        FieldKind::Flag => "Boolean",
        FieldKind::Int => "Integer",
        FieldKind::Number { .. } => "Double",
        FieldKind::Day => "Date",
        FieldKind::Moment => "Datetime",
        FieldKind::Base64 => "Blob",
        _ => "String",
    }
}
