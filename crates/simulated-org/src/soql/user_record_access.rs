//! `UserRecordAccess`: may that user reach these records? Computed, and fenced by rules of its own.
//!
//! Format: Object Reference, UserRecordAccess. Restriction rules are not consulted, there or here.

use serde_json::json;

use super::syntax::{Comparison, Condition, Expression, Item, Literal, Query, Test};
use super::{Found, id_literal, malformed};
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::shape::Shape;
use crate::sharing::{self, Reach};
use crate::work::Work;

const MAX_RECORDS: usize = 200;
const LEVELS: [&str; 7] = [
    "RecordId",
    "HasReadAccess",
    "HasEditAccess",
    "HasDeleteAccess",
    "HasTransferAccess",
    "HasAllAccess",
    "MaxAccessLevel",
];

pub fn run(work: &Work, text: &str, query: &Query) -> Result<Found, Refused> {
    let refuse = |reason: &str| malformed(text, query.from.at, reason);
    let fields = query.items.iter().map(|item| match item {
        Item::Count => Err(refuse("COUNT is not supported on UserRecordAccess")),
        Item::Value(Expression::Path(path), None) => {
            match (&path.parts[..], LEVELS.iter().find(|name| path.parts[0].eq_ignore_ascii_case(name))) {
                ([_], Some(name)) => Ok(*name),
                _ => Err(malformed(
                    text,
                    path.at,
                    "only RecordId and access fields may be selected from UserRecordAccess",
                )),
            }
        }
        _ => Err(refuse("only RecordId and access fields may be selected from UserRecordAccess")),
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    if !fields.contains(&"RecordId") {
        return Err(refuse("RecordId must be selected together with access fields"));
    }
    if !query.groups.is_empty() || query.scope.is_some() || query.more_sources.is_some() {
        return Err(refuse("UserRecordAccess is neither grouped nor scoped nor joined"));
    }
    if !query.order.is_empty() || query.offset != 0 {
        return Err(refuse("UserRecordAccess cannot be ordered or offset by other fields"));
    }
    let (user, records) = filters(text, query)?;
    let found = records.into_iter().filter_map(|record| access(work, user, record).map(|reach| (record, reach)));
    let records = found.take(query.limit.unwrap_or(usize::MAX)).map(|(record, reach)| shape(&fields, record, reach));
    let records: Vec<_> = records.collect();
    Ok(Found { total: records.len(), records })
}

/// Exactly `UserId = '…'` and `RecordId = '…'` or `RecordId IN (…)`.
fn filters(text: &str, query: &Query) -> Result<(RecordId, Vec<RecordId>), Refused> {
    let refuse = || {
        let reason = "UserRecordAccess needs exactly one UserId and RecordId filters, joined by AND";
        malformed(text, query.from.at, reason)
    };
    let Some(Condition::All(conditions)) = &query.filter else { return Err(refuse()) };
    let (mut user, mut records) = (None, None);
    for condition in conditions {
        let Condition::Test(Expression::Path(path), test) = condition else { return Err(refuse()) };
        let literals = match test {
            Test::Compare(Comparison::Equal, literal) => std::slice::from_ref(literal),
            Test::In { negated: false, literals } => literals,
            _ => return Err(refuse()),
        };
        let ids = literals.iter().map(|literal| match literal {
            Literal::Text(id) => id_literal(id),
            _ => Err(refuse()),
        });
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        match path.parts.join(".").to_lowercase().as_str() {
            "userid" if user.is_none() && ids.len() == 1 => user = Some(ids[0]),
            "recordid" if records.is_none() => records = Some(ids),
            _ => return Err(refuse()),
        }
    }
    let (Some(user), Some(mut records)) = (user, records) else { return Err(refuse()) };
    if records.len() > MAX_RECORDS {
        return Err(Refused::bad("MALFORMED_QUERY", format!("Number of records exceeds limit:{MAX_RECORDS}")));
    }
    records.sort();
    records.dedup();
    Ok((user, records))
}

/// `None` is no row at all: the record is gone, or whoever asks cannot read it.
fn access(work: &Work, user: RecordId, record: RecordId) -> Option<Reach> {
    let object = work.org.schema.object_with_prefix(record.prefix())?;
    let row = work.world.rows.row(&object.name, record).filter(|row| !row.is_deleted())?;
    if work.reach(object, row) < Reach::Read {
        return None;
    }
    work.world.rows.row("User", user)?;
    Some(sharing::reach(work.org, work.world, user, object, row))
}

fn shape(fields: &[&str], record: RecordId, reach: Reach) -> Shape {
    let attributes = Shape::Plain(json!({ "type": "UserRecordAccess" }));
    let mut members = vec![("attributes".to_owned(), attributes)];
    for field in fields {
        let value = match *field {
            "RecordId" => json!(record.to_string()),
            "HasReadAccess" => json!(reach >= Reach::Read),
            "HasEditAccess" => json!(reach >= Reach::Edit),
            "MaxAccessLevel" => json!(reach.level()),
            _ => json!(reach >= Reach::All),
        };
        members.push(((*field).to_owned(), Shape::Plain(value)));
    }
    Shape::Members(members)
}
