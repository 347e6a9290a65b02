//! What the URL says, as extractors: whatever cannot be read is refused with a problem document, never with axum's text.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{self, FromRequestParts};
use secure_files::Refusal;

use super::Problem;

/// Names in the path.
#[derive(FromRequestParts)]
#[from_request(via(extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        // Nothing of ours has a name that is no text.
        Self::Refused(Refusal::NotFound)
    }
}

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        Self::field("query", "it is not what this call takes")
    }
}
