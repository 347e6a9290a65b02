//! WHERE and HAVING, checked: does each test fit its field, and is it clear which rows it means?

use std::collections::BTreeSet;

use super::check::{Output, Selected, plan};
use super::operand::Operand;
use super::place::Place;
use super::sought::{Sought, fold, like_pattern};
use super::syntax::{Comparison, Condition, Expression, Literal, Query, Test};
use super::{malformed, pointed, select};
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, Nature, ObjectType};
use crate::work::Work;

pub enum Filter<'a> {
    All(Vec<Filter<'a>>),
    Any(Vec<Filter<'a>>),
    Not(Box<Filter<'a>>),
    Test(Operand<'a>, Probe),
}

pub enum Probe {
    Compare(Comparison, Sought),
    Like(Vec<char>),
    In {
        negated: bool,
        sought: Vec<Sought>,
    },
    /// What a semi-join's subquery found.
    Among {
        negated: bool,
        ids: BTreeSet<RecordId>,
    },
    /// Each set is one of the values joined by `;`, all of which must be chosen.
    Includes {
        negated: bool,
        sets: Vec<Vec<String>>,
    },
}

/// What the names of one query are looked up in.
pub struct Scope<'w, 'a> {
    pub work: &'w Work<'a>,
    pub text: &'w str,
    pub object: &'a ObjectType,
    pub alias: Option<&'w str>,
    /// Inside another query.
    pub within: bool,
}

/// Where a condition stands.
#[derive(Clone, Default)]
struct Standing<'c> {
    /// Conditions that hold together with it.
    beside: Vec<&'c Condition>,
    negated: bool,
    under_or: bool,
    having: bool,
}

const MAX_SEMI_JOINS: usize = 2;

pub fn mine(owner: &Field, user: RecordId) -> Filter<'_> {
    let place = Place { hops: Vec::new(), field: owner };
    Filter::Test(Operand::Field(place), Probe::Compare(Comparison::Equal, Sought::Id(user)))
}

impl<'a> Filter<'a> {
    pub fn each_operand<E>(&self, visit: &mut impl FnMut(&Operand<'a>) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().try_for_each(|filter| filter.each_operand(visit)),
            Self::Not(filter) => filter.each_operand(visit),
            Self::Test(operand, _) => visit(operand),
        }
    }
}

impl<'a> Scope<'_, 'a> {
    pub fn filter(&self, condition: &Condition) -> Result<Filter<'a>, Refused> {
        if semi_joins(condition) > MAX_SEMI_JOINS {
            let reason = format!("maximum {MAX_SEMI_JOINS} semi join sub-selects are allowed");
            return Err(Refused::bad("MALFORMED_QUERY", reason));
        }
        self.condition(condition, &Standing::default())
    }

    pub fn having(&self, condition: &Condition) -> Result<Filter<'a>, Refused> {
        self.condition(condition, &Standing { having: true, ..Standing::default() })
    }

    fn condition(&self, condition: &Condition, standing: &Standing) -> Result<Filter<'a>, Refused> {
        match condition {
            Condition::All(conditions) => {
                let beside = standing.beside.iter().copied().chain(conditions).collect();
                let standing = Standing { beside, ..standing.clone() };
                let each = conditions.iter().map(|condition| self.condition(condition, &standing));
                Ok(Filter::All(each.collect::<Result<_, _>>()?))
            }
            Condition::Any(conditions) => {
                let standing = Standing { under_or: true, ..standing.clone() };
                let each = conditions.iter().map(|condition| self.condition(condition, &standing));
                Ok(Filter::Any(each.collect::<Result<_, _>>()?))
            }
            Condition::Not(inner) => {
                let standing = Standing { negated: !standing.negated, ..standing.clone() };
                Ok(Filter::Not(Box::new(self.condition(inner, &standing)?)))
            }
            Condition::Test(value, test) => self.test(value, test, standing),
        }
    }

    fn test(&self, value: &Expression, test: &Test, standing: &Standing) -> Result<Filter<'a>, Refused> {
        let operand = Operand::resolve(self.work, self.text, self.object, self.alias, value)?;
        let field = operand.place().field;
        if matches!(operand, Operand::Aggregate(..)) && !standing.having {
            return Err(malformed(self.text, value.at(), "aggregates are compared in HAVING only"));
        }
        if !field.filterable {
            let reason = format!("field '{}' can not be filtered in a query call", field.name);
            return Err(Refused::bad("INVALID_FIELD", pointed(self.text, value.at(), &reason)));
        }
        self.check_null_semantics(value, &operand, test, standing)?;
        let kind = operand.kind();
        let wrong_operator = || {
            let reason = format!("invalid operator on {} field", wanted(&kind));
            Refused::bad("INVALID_QUERY_FILTER_OPERATOR", pointed(self.text, value.at(), &reason))
        };
        let multiple = matches!(kind, FieldKind::MultiPicklist { .. });
        let sought = |literal: &Literal| self.sought(value, &kind, field, literal);
        let probe = match test {
            Test::Like(Literal::Text(pattern)) if is_text(&kind) && !multiple => Probe::Like(like_pattern(pattern)),
            Test::Like(_) => return Err(wrong_operator()),
            Test::Compare(comparison, literal) => {
                let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                if ordered && (kind == FieldKind::Flag || multiple || *literal == Literal::Null) {
                    return Err(wrong_operator());
                }
                Probe::Compare(*comparison, sought(literal)?)
            }
            Test::In { negated, literals } => {
                if multiple {
                    return Err(wrong_operator());
                }
                Probe::In { negated: *negated, sought: literals.iter().map(sought).collect::<Result<_, _>>()? }
            }
            Test::Includes { .. } if !multiple => return Err(wrong_operator()),
            Test::Includes { negated, literals } => {
                let sets = literals.iter().map(|literal| match literal {
                    Literal::Text(set) => Ok(set.split(';').map(fold).collect()),
                    _ => Err(wrong_operator()),
                });
                Probe::Includes { negated: *negated, sets: sets.collect::<Result<_, _>>()? }
            }
            Test::Join { negated, query } => {
                Probe::Among { negated: *negated, ids: self.semi_join(value, &operand, query, standing)? }
            }
        };
        Ok(Filter::Test(operand, probe))
    }

    fn sought(
        &self,
        value: &Expression,
        kind: &FieldKind,
        field: &Field,
        literal: &Literal,
    ) -> Result<Sought, Refused> {
        let found = match (literal, kind) {
            (Literal::Text(id), FieldKind::Id | FieldKind::Reference) => Some(Sought::Id(super::id_literal(id)?)),
            _ => Sought::of(self.work, field, kind, literal),
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let quoted = is_text(kind) || matches!(kind, FieldKind::Id | FieldKind::Reference);
        let quotes = if quoted { "should be enclosed in quotes" } else { "should not be enclosed in quotes" };
        let reason = format!(
            "value of filter criterion for field '{}' must be of type {} and {quotes}",
            value.shown(),
            wanted(kind)
        );
        Err(Refused::bad("INVALID_FIELD", pointed(self.text, value.at(), &reason)))
    }

    /// Sources conflict on whether negative tests include rows without a value, so no query may depend on it.
    fn check_null_semantics(
        &self,
        value: &Expression,
        operand: &Operand,
        test: &Test,
        standing: &Standing,
    ) -> Result<(), Refused> {
        let null_test = matches!(test, Test::Compare(Comparison::Equal | Comparison::NotEqual, Literal::Null));
        let negative = match test {
            Test::Compare(Comparison::NotEqual, _) => true,
            Test::In { negated, .. } | Test::Join { negated, .. } | Test::Includes { negated, .. } => *negated,
            _ => false,
        };
        let excluded = standing.beside.iter().any(|condition| {
            let Condition::Test(other, Test::Compare(Comparison::NotEqual, Literal::Null)) = condition else {
                return false;
            };
            other.shown().eq_ignore_ascii_case(&value.shown())
        });
        if null_test || excluded || !operand.nillable() || !(negative || standing.negated) {
            return Ok(());
        }
        let name = value.shown();
        let reason = format!(
            "the simulated org refuses !=, NOT, NOT IN and EXCLUDES on a field that may be empty, because it is not \
             documented whether empty values match: add AND {name} != null, or say what you want with IN"
        );
        Err(malformed(self.text, value.at(), &reason))
    }

    /// Runs the subquery of `IN (SELECT …)`.
    fn semi_join(
        &self,
        value: &Expression,
        operand: &Operand<'a>,
        query: &Query,
        standing: &Standing,
    ) -> Result<BTreeSet<RecordId>, Refused> {
        let refuse = |reason: &str| Err(malformed(self.text, value.at(), reason));
        if standing.under_or {
            return refuse("Semi join sub-selects are not allowed with the 'OR' operator");
        }
        if standing.negated || standing.having || self.within {
            return refuse("Semi join sub-selects stand in the outermost WHERE only, without NOT before them");
        }
        let Operand::Field(outer) = operand else {
            return refuse("The left operand of a semi join must be an id or reference field");
        };
        if !matches!(outer.field.kind, FieldKind::Id | FieldKind::Reference) {
            return refuse("The left operand of a semi join must be an id or reference field");
        }
        let object = match self.work.object(&query.from.text) {
            Ok(object) if object.nature == Nature::Records => object,
            _ => return Err(super::check::unknown_type(self.text, &query.from)),
        };
        if object.name == "ContentDocumentLink" {
            let reason = format!("Entity '{}' is not supported for semi join inner selects", object.name);
            return Err(malformed(self.text, query.from.at, &reason));
        }
        if object.name == self.object.name {
            return refuse("The inner and outer selects should not be on the same object type");
        }
        let plan = plan(self.work, self.text, query, object, true)?;
        let Output::Rows(selected) = &plan.output else {
            return refuse("a semi join selects exactly one field");
        };
        let [Selected::Field(inner)] = &selected[..] else {
            return refuse("a semi join selects exactly one field");
        };
        if !matches!(inner.field.kind, FieldKind::Id | FieldKind::Reference) {
            return refuse(&format!("semi join sub selects can only query id fields, cannot use: '{}'", inner.path()));
        }
        let (left, right) = (targets(self.object, outer), targets(object, inner));
        if !left.iter().any(|target| right.contains(target)) {
            return refuse(&format!(
                "The selected field '{}' in the subquery and the left operand field in the where expression in the \
                 outer query '{}' should point to the same object type",
                inner.path(),
                outer.path()
            ));
        }
        let rows = select::rows(self.work, &plan, false);
        let ids = rows.iter().map(|row| super::filter::value(self.work, row, inner));
        Ok(ids.filter_map(|cell| if let Cell::Reference(id) = cell { Some(id) } else { None }).collect())
    }
}

fn semi_joins(condition: &Condition) -> usize {
    match condition {
        Condition::All(conditions) | Condition::Any(conditions) => conditions.iter().map(semi_joins).sum(),
        Condition::Not(condition) => semi_joins(condition),
        Condition::Test(_, test) => usize::from(matches!(test, Test::Join { .. })),
    }
}

/// Which objects an id or reference may name.
fn targets(object: &ObjectType, place: &Place) -> Vec<String> {
    match (&place.field.relationship, place.hops.last()) {
        (Some(relationship), _) => relationship.to.clone(),
        (None, Some(hop)) => hop.field.relationship.as_ref().map_or_else(Vec::new, |hop| hop.to.clone()),
        (None, None) => vec![object.name.clone()],
    }
}

pub fn is_text(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Picklist { .. }
            | FieldKind::MultiPicklist { .. }
            | FieldKind::AutoNumber { .. }
    )
}

fn wanted(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Id | FieldKind::Reference => "id",
        FieldKind::Flag => "boolean",
        FieldKind::Int => "int",
        FieldKind::Number { .. } => "double",
        FieldKind::Day => "date",
        FieldKind::Moment => "dateTime",
        _ => "string",
    }
}
