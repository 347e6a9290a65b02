//! Do those objects and fields exist, may this user see them, and does each filter make sense?

use super::syntax::{Comparison, Condition, Item, Literal, Order, Path, Query, Test};
use super::{id_literal, malformed, pointed};
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, Nature, ObjectType};
use crate::work::Work;

/// A query whose every name is known.
pub struct Plan<'a> {
    pub object: &'a ObjectType,
    pub fields: Vec<Place<'a>>,
    pub only_count: bool,
    pub filter: Option<Filter<'a>>,
    pub order: Vec<(Place<'a>, Order)>,
    pub limit: Option<usize>,
    pub offset: usize,
}

/// Where a path leads: over zero to five references to one field.
#[derive(Clone)]
pub struct Place<'a> {
    pub hops: Vec<Hop<'a>>,
    pub field: &'a Field,
}

#[derive(Clone)]
pub struct Hop<'a> {
    pub field: &'a Field,
    /// As answered: `Contact`, `Case__r`.
    pub name: &'a str,
}

pub enum Filter<'a> {
    All(Vec<Filter<'a>>),
    Any(Vec<Filter<'a>>),
    Not(Box<Filter<'a>>),
    Test(Place<'a>, Test),
}

const MAX_HOPS: usize = 5;

pub fn check<'a>(work: &Work<'a>, text: &str, query: &Query) -> Result<Plan<'a>, Refused> {
    let object = match work.object(&query.from.text) {
        Ok(object) if object.nature != Nature::Event => object,
        _ => return Err(unknown_type(text, query)),
    };
    let only_count = query.items == [Item::Count];
    let mut fields: Vec<Place> = Vec::new();
    for item in &query.items {
        match item {
            Item::Path(path) => {
                let place = resolve(work, text, object, path)?;
                if fields.iter().any(|known| known.same_as(&place)) {
                    let reason = format!("duplicate field selected: {}", path.parts.join("."));
                    return Err(Refused::bad("MALFORMED_QUERY", reason));
                }
                fields.push(place);
            }
            Item::Count if only_count => {}
            Item::Count => return Err(malformed(text, query.from.at, "COUNT() stands alone")),
        }
    }
    let filter = query.filter.as_ref().map(|condition| check_filter(work, text, object, condition, &[])).transpose()?;
    let order = query.order.iter().map(|order| {
        let place = resolve(work, text, object, &order.path)?;
        if matches!(place.field.kind, FieldKind::LongText { .. } | FieldKind::Base64) {
            let reason = format!("field '{}' can not be sorted in a query call", place.field.name);
            return Err(Refused::bad("INVALID_FIELD", pointed(text, order.path.at, &reason)));
        }
        Ok((place, order.clone()))
    });
    let order = order.collect::<Result<_, Refused>>()?;
    Ok(Plan { object, fields, only_count, filter, order, limit: query.limit, offset: query.offset })
}

impl Place<'_> {
    fn same_as(&self, other: &Self) -> bool {
        let names = |place: &Self| place.hops.iter().map(|hop| hop.name.to_owned()).collect::<Vec<_>>();
        self.field.name == other.field.name && names(self) == names(other)
    }
}

fn unknown_type(text: &str, query: &Query) -> Refused {
    let reason = format!(
        "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the \
         '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
        query.from.text
    );
    Refused::bad("INVALID_TYPE", pointed(text, query.from.at, &reason))
}

pub fn resolve<'a>(work: &Work<'a>, text: &str, from: &'a ObjectType, path: &Path) -> Result<Place<'a>, Refused> {
    let unknown = |reason: String| Refused::bad("INVALID_FIELD", pointed(text, path.at, &reason));
    let mut object = from;
    let mut hops = Vec::new();
    let (last, walked) = path.parts.split_last().unwrap_or((&path.parts[0], &[]));
    // `Case.Subject FROM Case` is the same as `Subject`.
    let walked = match walked.split_first() {
        Some((first, rest))
            if first.eq_ignore_ascii_case(&from.name) && from.field_with_relationship(first).is_none() =>
        {
            rest
        }
        _ => walked,
    };
    if walked.len() > MAX_HOPS {
        return Err(unknown("Only five levels of parents may be walked".to_owned()));
    }
    for step in walked {
        let hop = object
            .field_with_relationship(step)
            .filter(|field| work.may_read_field(object, field))
            .and_then(|field| Some((field, field.relationship.as_ref()?)))
            .and_then(|(field, relationship)| Some((field, relationship.name.as_deref()?, relationship.to.first()?)))
            .and_then(|(field, name, to)| Some((Hop { field, name }, work.object(to).ok()?)));
        let Some((hop, target)) = hop else {
            return Err(unknown(format!(
                "Didn't understand relationship '{step}' in field path. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name. Please reference your \
                 WSDL or the describe call for the appropriate names."
            )));
        };
        hops.push(hop);
        object = target;
    }
    match object.field(last) {
        Some(field) if work.may_read_field(object, field) => Ok(Place { hops, field }),
        _ => Err(unknown(format!(
            "No such column '{last}' on entity '{}'. If you are attempting to use a custom field, be sure to append \
             the '__c' after the custom field name. Please reference your WSDL or the describe call for the \
             appropriate names.",
            object.name
        ))),
    }
}

/// `beside` are the conditions that hold together with this one.
fn check_filter<'a>(
    work: &Work<'a>,
    text: &str,
    object: &'a ObjectType,
    condition: &Condition,
    beside: &[Condition],
) -> Result<Filter<'a>, Refused> {
    let each = |conditions: &[Condition], beside: &[Condition]| {
        let checked = conditions.iter().map(|condition| check_filter(work, text, object, condition, beside));
        checked.collect::<Result<Vec<_>, _>>()
    };
    match condition {
        Condition::All(conditions) => Ok(Filter::All(each(conditions, conditions)?)),
        Condition::Any(conditions) => Ok(Filter::Any(each(conditions, &[])?)),
        Condition::Not(condition) => Ok(Filter::Not(Box::new(check_filter(work, text, object, condition, &[])?))),
        Condition::Test(path, test) => {
            let place = resolve(work, text, object, path)?;
            check_test(text, path, place.field, test)?;
            check_null_semantics(text, path, &place, test, beside)?;
            Ok(Filter::Test(place, test.clone()))
        }
    }
}

fn check_test(text: &str, path: &Path, field: &Field, test: &Test) -> Result<(), Refused> {
    let refuse = |code, reason: String| Err(Refused::bad(code, pointed(text, path.at, &reason)));
    if !field.filterable {
        return refuse("INVALID_FIELD", format!("field '{}' can not be filtered in a query call", field.name));
    }
    let is_text = matches!(
        field.kind,
        FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Picklist { .. }
            | FieldKind::AutoNumber { .. }
    );
    let is_id = matches!(field.kind, FieldKind::Id | FieldKind::Reference);
    match test {
        Test::Like(_) if is_text => Ok(()),
        Test::Like(_) => {
            refuse("INVALID_QUERY_FILTER_OPERATOR", format!("invalid operator on {} field", wanted(field)))
        }
        Test::Compare(comparison, literal) => {
            let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            if ordered && (field.kind == FieldKind::Flag || *literal == Literal::Null) {
                return refuse("INVALID_QUERY_FILTER_OPERATOR", format!("invalid operator on {} field", wanted(field)));
            }
            check_literal(text, path, field, literal, is_text, is_id)
        }
        Test::In { literals, .. } => {
            literals.iter().try_for_each(|literal| check_literal(text, path, field, literal, is_text, is_id))
        }
    }
}

fn check_literal(
    text: &str,
    path: &Path,
    field: &Field,
    literal: &Literal,
    is_text: bool,
    is_id: bool,
) -> Result<(), Refused> {
    let fits = match (literal, &field.kind) {
        (Literal::Null, _)
        | (Literal::Flag(_), FieldKind::Flag)
        | (Literal::Number(_), FieldKind::Int | FieldKind::Number { .. })
        | (Literal::Day(_) | Literal::Days { .. }, FieldKind::Day)
        | (Literal::Moment(_) | Literal::Days { .. }, FieldKind::Moment) => true,
        (Literal::Text(id), _) if is_id => return id_literal(id).map(|_| ()),
        (Literal::Text(_), _) => is_text,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let quotes = if is_text || is_id { "should be enclosed in quotes" } else { "should not be enclosed in quotes" };
    let reason =
        format!("value of filter criterion for field '{}' must be of type {} and {quotes}", field.name, wanted(field));
    Err(Refused::bad("INVALID_FIELD", pointed(text, path.at, &reason)))
}

/// Sources conflict on whether `!= 'x'` and `NOT IN` include rows without a value, so no query may depend on it.
fn check_null_semantics(
    text: &str,
    path: &Path,
    place: &Place,
    test: &Test,
    beside: &[Condition],
) -> Result<(), Refused> {
    let depends = match test {
        Test::Compare(Comparison::NotEqual, literal) => *literal != Literal::Null,
        Test::In { negated, .. } => *negated,
        _ => false,
    };
    let excluded = beside.iter().any(|condition| {
        let Condition::Test(other, Test::Compare(Comparison::NotEqual, Literal::Null)) = condition else {
            return false;
        };
        other.parts.iter().map(|part| part.to_lowercase()).eq(path.parts.iter().map(|part| part.to_lowercase()))
    });
    if !depends || excluded || (place.hops.is_empty() && !place.field.nillable()) {
        return Ok(());
    }
    let name = path.parts.join(".");
    let reason = format!(
        "the simulated org refuses != and NOT IN on a field that may be empty, because it is not documented whether \
         empty values match: add AND {name} != null, or say what you want with IN"
    );
    Err(malformed(text, path.at, &reason))
}

fn wanted(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Id | FieldKind::Reference => "id",
        FieldKind::Flag => "boolean",
        FieldKind::Int => "int",
        FieldKind::Number { .. } => "double",
        FieldKind::Day => "date",
        FieldKind::Moment => "dateTime",
        _ => "string",
    }
}
