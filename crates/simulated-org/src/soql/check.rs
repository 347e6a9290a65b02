//! Do those objects and fields exist, may this user see them, and may they be asked for like that?

use super::conditions::{Filter, Scope, mine};
use super::operand::{Operand, is_aggregate};
use super::parser::count_stands_alone;
pub use super::place::{Hop, Place, resolve};
use super::syntax::{Expression, FieldSet, Item, Query, Word};
use super::{malformed, pointed};
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, Nature, ObjectType};
use crate::work::Work;

/// A query whose every name is known.
pub struct Plan<'a> {
    pub object: &'a ObjectType,
    pub output: Output<'a>,
    pub filter: Option<Filter<'a>>,
    pub order: Vec<Sorting<'a>>,
    pub limit: Option<usize>,
    pub offset: usize,
}

pub enum Output<'a> {
    /// `SELECT COUNT()`
    Count,
    Rows(Vec<Selected<'a>>),
    Groups(Grouping<'a>),
}

pub enum Selected<'a> {
    Field(Place<'a>),
    Children(Children<'a>),
}

/// A subquery along a child relationship: the rows whose `key` points to the parent.
pub struct Children<'a> {
    /// As answered: `FileRequests__r`.
    pub name: &'a str,
    pub key: &'a Field,
    pub plan: Box<Plan<'a>>,
}

pub struct Grouping<'a> {
    /// Empty: everything is one group.
    pub keys: Vec<Operand<'a>>,
    pub columns: Vec<(String, Operand<'a>)>,
    pub having: Option<Filter<'a>>,
}

pub struct Sorting<'a> {
    pub by: Operand<'a>,
    pub descending: bool,
    pub nulls_first: bool,
}

/// `FIELDS(ALL)` and `FIELDS(CUSTOM)` need a limit up to this.
const MAX_FIELDS_LIMIT: usize = 200;

pub fn check<'a>(work: &Work<'a>, text: &str, query: &Query) -> Result<Plan<'a>, Refused> {
    match work.object(&query.from.text) {
        Ok(object) if object.nature != Nature::Event => plan(work, text, query, object, false),
        _ => Err(unknown_type(text, &query.from)),
    }
}

/// `within` is true of a query inside another one.
pub fn plan<'a>(
    work: &Work<'a>,
    text: &str,
    query: &Query,
    object: &'a ObjectType,
    within: bool,
) -> Result<Plan<'a>, Refused> {
    if let Some(at) = query.more_sources {
        return Err(malformed(text, at, "the simulated org does not play a second source in FROM"));
    }
    let alias = query.from_alias.as_ref().map(|alias| alias.text.as_str());
    let scope = Scope { work, text, object, alias, within };
    let aggregates = query.items.iter().any(|item| matches!(item, Item::Value(value, _) if is_aggregate(value)));
    let grouped = aggregates || !query.groups.is_empty();
    let output = if query.items == [Item::Count] {
        if let Some(order) = query.order.first() {
            return Err(malformed(text, order.by.at(), "COUNT() has no order"));
        }
        if let Some(group) = query.groups.first() {
            return Err(malformed(text, group.at(), "COUNT() is not grouped: name a field in COUNT"));
        }
        Output::Count
    } else if grouped {
        Output::Groups(grouping(&scope, query)?)
    } else {
        Output::Rows(selection(&scope, query)?)
    };
    if within && !matches!(output, Output::Rows(_)) {
        return Err(malformed(text, query.from.at, "a subquery selects fields, it counts nothing"));
    }
    let mut filter = query.filter.as_ref().map(|condition| scope.filter(condition)).transpose()?;
    if let Some(word) = &query.scope {
        filter = scoped(&scope, word, filter)?;
    }
    let order = query.order.iter().map(|order| {
        let by = Operand::resolve(work, text, object, alias, &order.by)?;
        let place = by.place();
        if matches!(by, Operand::Field(_))
            && matches!(
                place.field.kind,
                FieldKind::LongText { .. } | FieldKind::Base64 | FieldKind::MultiPicklist { .. }
            )
        {
            let reason = format!("field '{}' can not be sorted in a query call", place.field.name);
            return Err(Refused::bad("INVALID_FIELD", pointed(text, order.by.at(), &reason)));
        }
        match &output {
            Output::Groups(grouping) => check_grouped(&scope, grouping, &by, &order.by)?,
            _ if matches!(by, Operand::Field(_)) => {}
            _ => return Err(malformed(text, order.by.at(), "only grouped queries are ordered by a function")),
        }
        Ok(Sorting { by, descending: order.descending, nulls_first: order.nulls_first })
    });
    let order = order.collect::<Result<_, Refused>>()?;
    Ok(Plan { object, output, filter, order, limit: query.limit, offset: query.offset })
}

pub fn unknown_type(text: &str, from: &Word) -> Refused {
    let reason = format!(
        "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the \
         '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
        from.text
    );
    Refused::bad("INVALID_TYPE", pointed(text, from.at, &reason))
}

fn selection<'a>(scope: &Scope<'_, 'a>, query: &Query) -> Result<Vec<Selected<'a>>, Refused> {
    let (work, text, object) = (scope.work, scope.text, scope.object);
    let mut selected = Vec::new();
    for item in &query.items {
        match item {
            Item::Value(Expression::Path(path), None) => {
                add(&mut selected, super::place::resolve_aliased(work, text, object, scope.alias, path)?)?;
            }
            Item::Value(Expression::Path(_), Some(alias)) => {
                return Err(malformed(text, alias.at, "only aggregate expressions use field aliasing"));
            }
            Item::Value(value @ Expression::Call(call), _) => {
                // Says so when it is none this Org plays at all.
                Operand::resolve(work, text, object, scope.alias, value)?;
                let reason = format!("{} is selected in grouped queries only", call.name.text);
                return Err(malformed(text, call.name.at, &reason));
            }
            Item::Count => return Err(count_stands_alone(text, query.from.at)),
            Item::TypeOf(at) => return Err(malformed(text, *at, "the simulated org does not play TYPEOF")),
            Item::Fields(set, at) => {
                if *set != FieldSet::Standard && query.limit.is_none_or(|limit| limit > MAX_FIELDS_LIMIT) {
                    let reason = format!("The SOQL FIELDS function must have a LIMIT of at most {MAX_FIELDS_LIMIT}");
                    return Err(malformed(text, *at, &reason));
                }
                let wanted = |field: &&Field| match set {
                    FieldSet::All => true,
                    FieldSet::Custom => field.custom,
                    FieldSet::Standard => !field.custom,
                };
                let readable = object.fields.iter().filter(|field| work.may_read_field(object, field));
                for field in readable.filter(wanted) {
                    add(&mut selected, Place { hops: Vec::new(), field })?;
                }
            }
            Item::Children(_) if scope.within => {
                return Err(malformed(text, query.from.at, "a subquery holds no subquery"));
            }
            Item::Children(children) => selected.push(Selected::Children(child_plan(scope, children)?)),
        }
    }
    Ok(selected)
}

fn add<'a>(selected: &mut Vec<Selected<'a>>, place: Place<'a>) -> Result<(), Refused> {
    if selected.iter().any(|known| matches!(known, Selected::Field(known) if known.same_as(&place))) {
        return Err(Refused::bad("MALFORMED_QUERY", format!("duplicate field selected: {}", place.path())));
    }
    selected.push(Selected::Field(place));
    Ok(())
}

fn child_plan<'a>(scope: &Scope<'_, 'a>, query: &Query) -> Result<Children<'a>, Refused> {
    let (work, text) = (scope.work, scope.text);
    let found = work.org.schema.references_to(&scope.object.name).find_map(|(child, field)| {
        let name = field.relationship.as_ref()?.children.as_deref()?;
        let visible = work.object(&child.name).is_ok() && work.may_read_field(child, field);
        (visible && name.eq_ignore_ascii_case(&query.from.text)).then_some((child, field, name))
    });
    let Some((child, key, name)) = found else {
        let reason = format!(
            "Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use a custom \
             relationship, be sure to append the '__r' after the custom relationship name. Please reference your \
             WSDL or the describe call for the appropriate names.",
            query.from.text
        );
        return Err(Refused::bad("INVALID_TYPE", pointed(text, query.from.at, &reason)));
    };
    Ok(Children { name, key, plan: Box::new(plan(work, text, query, child, true)?) })
}

fn grouping<'a>(scope: &Scope<'_, 'a>, query: &Query) -> Result<Grouping<'a>, Refused> {
    let (work, text, object, alias) = (scope.work, scope.text, scope.object, scope.alias);
    let keys = query.groups.iter().map(|group| {
        let key = Operand::resolve(work, text, object, alias, group)?;
        let groupable = match &key {
            Operand::Field(place) => {
                place.field.filterable
                    && !matches!(
                        place.field.kind,
                        FieldKind::Moment | FieldKind::Number { .. } | FieldKind::MultiPicklist { .. }
                    )
            }
            Operand::Date(..) => true,
            Operand::Aggregate(..) => false,
        };
        if groupable {
            return Ok(key);
        }
        let reason = format!("field '{}' can not be grouped in a query call", group.shown());
        Err(Refused::bad("INVALID_FIELD", pointed(text, group.at(), &reason)))
    });
    let mut grouping = Grouping { keys: keys.collect::<Result<_, _>>()?, columns: Vec::new(), having: None };
    if query.groups.is_empty() && query.limit.is_some() {
        let reason = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT";
        return Err(Refused::bad("MALFORMED_QUERY", reason));
    }
    let mut unnamed = 0;
    for item in &query.items {
        let Item::Value(value, alias_given) = item else {
            return Err(malformed(text, query.from.at, "a grouped query selects grouped fields and aggregates only"));
        };
        let operand = Operand::resolve(work, text, object, alias, value)?;
        check_grouped(scope, &grouping, &operand, value)?;
        let name = match (alias_given, &operand) {
            (Some(alias), _) => alias.text.clone(),
            (None, Operand::Field(place)) => place.field.name.clone(),
            (None, _) => {
                unnamed += 1;
                format!("expr{}", unnamed - 1)
            }
        };
        if grouping.columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            return Err(malformed(text, value.at(), &format!("duplicate alias: {name}")));
        }
        grouping.columns.push((name, operand));
    }
    if let Some(having) = &query.having {
        let filter = scope.having(having)?;
        filter.each_operand(&mut |operand| {
            let known =
                matches!(operand, Operand::Aggregate(..)) || grouping.keys.iter().any(|key| key.same_as(operand));
            let reason = || format!("Field must be grouped or aggregated: {}", operand.place().path());
            if known { Ok(()) } else { Err(malformed(text, query.from.at, &reason())) }
        })?;
        grouping.having = Some(filter);
    }
    Ok(grouping)
}

fn check_grouped(scope: &Scope, grouping: &Grouping, operand: &Operand, value: &Expression) -> Result<(), Refused> {
    let known = matches!(operand, Operand::Aggregate(..)) || grouping.keys.iter().any(|key| key.same_as(operand));
    if known {
        return Ok(());
    }
    let reason = format!("Field must be grouped or aggregated: {}", value.shown());
    Err(malformed(scope.text, value.at(), &reason))
}

/// `USING SCOPE mine` is a filter; `everything` is none; nobody here delegates or belongs to a team.
fn scoped<'a>(scope: &Scope<'_, 'a>, word: &Word, filter: Option<Filter<'a>>) -> Result<Option<Filter<'a>>, Refused> {
    let mine = match word.text.to_lowercase().as_str() {
        "everything" => return Ok(filter),
        "mine" => scope.object.field("OwnerId").map(|owner| mine(owner, scope.work.user)),
        _ => None,
    };
    let Some(mine) = mine else {
        let reason = format!("the simulated org does not play scope {} on {}", word.text, scope.object.name);
        return Err(malformed(scope.text, word.at, &reason));
    };
    Ok(Some(Filter::All(filter.into_iter().chain([mine]).collect())))
}
