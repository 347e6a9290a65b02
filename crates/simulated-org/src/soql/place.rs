//! Where a field path leads, for this user: over references to one field.

use super::pointed;
use super::syntax::Path;
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, ObjectType};
use crate::work::Work;

/// Over zero to five references to one field.
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

const MAX_HOPS: usize = 5;

/// What stands at one level of an answer.
pub enum Member<'p, 'a> {
    Field(&'p Place<'a>),
    /// A parent, and what was asked of it: each place with the level that it has come to.
    Parent(&'p Hop<'a>, Vec<(&'p Place<'a>, usize)>),
}

/// The members of one level in the order asked for; places that share a hop come under one parent.
pub fn nested<'p, 'a>(places: &[(&'p Place<'a>, usize)]) -> Vec<Member<'p, 'a>> {
    let mut members = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (place, depth) in places {
        let Some(hop) = place.hops.get(*depth) else {
            members.push(Member::Field(place));
            continue;
        };
        if done.contains(&hop.name) {
            continue;
        }
        done.push(hop.name);
        let below = places
            .iter()
            .filter(|(other, depth)| other.hops.get(*depth).is_some_and(|other| other.name == hop.name))
            .map(|(other, depth)| (*other, depth + 1));
        members.push(Member::Parent(hop, below.collect()));
    }
    members
}

impl Place<'_> {
    pub fn same_as(&self, other: &Self) -> bool {
        let hops = |place: &Self| place.hops.iter().map(|hop| hop.name.to_owned()).collect::<Vec<_>>();
        self.field.name == other.field.name && hops(self) == hops(other)
    }

    /// As a path in canonical case.
    pub fn path(&self) -> String {
        let hops = self.hops.iter().map(|hop| hop.name);
        hops.chain([self.field.name.as_str()]).collect::<Vec<_>>().join(".")
    }

    /// Whether a row may lack a value here. On a boolean, no value means false.
    pub fn nillable(&self) -> bool {
        self.field.kind != FieldKind::Flag && (!self.hops.is_empty() || self.field.nillable())
    }
}

pub fn resolve<'a>(work: &Work<'a>, text: &str, from: &'a ObjectType, path: &Path) -> Result<Place<'a>, Refused> {
    resolve_aliased(work, text, from, None, path)
}

/// `alias` is what the query calls its object: `FROM Case c`.
pub fn resolve_aliased<'a>(
    work: &Work<'a>,
    text: &str,
    from: &'a ObjectType,
    alias: Option<&str>,
    path: &Path,
) -> Result<Place<'a>, Refused> {
    let unknown = |reason: String| Refused::bad("INVALID_FIELD", pointed(text, path.at, &reason));
    let mut object = from;
    let mut hops = Vec::new();
    let (last, walked) = path.parts.split_last().unwrap_or((&path.parts[0], &[]));
    // `Case.Subject FROM Case` is the same as `Subject`.
    let walked = match walked.split_first() {
        Some((first, rest))
            if alias.is_some_and(|alias| first.eq_ignore_ascii_case(alias))
                || (first.eq_ignore_ascii_case(&from.name) && from.field_with_relationship(first).is_none()) =>
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
