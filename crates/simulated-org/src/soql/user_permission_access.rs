//! `UserPermissionAccess`: which system permissions the running user has. Every API user may ask.
//!
//! Format: Object Reference, UserPermissionAccess.

use serde_json::json;

use super::syntax::{Expression, Item, Query};
use super::{malformed, pointed};
use crate::refused::Refused;
use crate::schema::permission_objects::SYSTEM_PERMISSIONS;
use crate::shape::Shape;
use crate::work::Work;

/// The one row there is.
pub fn run(work: &Work, text: &str, query: &Query) -> Result<Vec<Shape>, Refused> {
    let plain = query.filter.is_none()
        && query.groups.is_empty()
        && query.order.is_empty()
        && query.scope.is_none()
        && query.more_sources.is_none()
        && query.offset == 0;
    if !plain {
        let reason = "the simulated org plays UserPermissionAccess as a plain list of its permissions only";
        return Err(malformed(text, query.from.at, reason));
    }
    let mut members = vec![("attributes".to_owned(), Shape::Plain(json!({ "type": "UserPermissionAccess" })))];
    for item in &query.items {
        let Item::Value(Expression::Path(path), None) = item else {
            let reason = "the simulated org plays UserPermissionAccess as a plain list of its permissions only";
            return Err(malformed(text, query.from.at, reason));
        };
        let asked = path.parts.join(".");
        let known =
            SYSTEM_PERMISSIONS.iter().find(|(name, _)| asked.eq_ignore_ascii_case(&format!("Permissions{name}")));
        let Some((permission, _)) = known else {
            let reason = format!("No such column '{asked}' on entity 'UserPermissionAccess'.");
            return Err(Refused::bad("INVALID_FIELD", pointed(text, path.at, &reason)));
        };
        members.push((format!("Permissions{permission}"), Shape::Plain(json!(work.grants().may(permission)))));
    }
    Ok(vec![Shape::Members(members)])
}
