//! `GET /lightning/r/Case/{id}/view`: the built page with the real components, or a plain one when nothing was built.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};

use super::{ChosenQuery, Visitor, assets, content_policy};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::rows::Row;

#[derive(Template)]
#[template(path = "case.html")]
struct PlainCase {
    case_number: String,
    subject: String,
    status: String,
    priority: String,
    description: String,
}

#[derive(Template)]
#[template(path = "no_access.html")]
struct NoAccess;

pub async fn show(
    State(org): State<Arc<Org>>,
    Path(id): Path<String>,
    Query(chosen): ChosenQuery,
    headers: HeaderMap,
) -> Response {
    let Some(visitor) = Visitor::of(&org, &chosen, &headers) else {
        return (StatusCode::NOT_FOUND, "There is no such user.").into_response();
    };
    let html = match visible_case(&org, visitor.user, &id) {
        // A page of Lightning never answers 403: the application loads and says it in words.
        None => NoAccess.render(),
        Some(plain) => match assets::read(&org, "index.html", visitor.sandboxed).await {
            Some(built) => Ok(String::from_utf8_lossy(&built).into_owned()),
            None => plain.render(),
        },
    };
    let Ok(html) = html else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = Html(html).into_response();
    content_policy::add(response.headers_mut(), &org.options.connector_url, assets::needs_eval(&org, &visitor));
    visitor.remember(&mut response);
    response
}

fn visible_case(org: &Org, user: RecordId, id: &str) -> Option<PlainCase> {
    let id = RecordId::parse(id)?;
    org.work(user, |work| {
        let object = work.object("Case").ok()?;
        let row = work.readable_row(object, id, "").ok()?;
        let text = |row: &Row, field| row.text(field).unwrap_or_default().to_owned();
        Some(PlainCase {
            case_number: text(row, "CaseNumber"),
            subject: text(row, "Subject"),
            status: text(row, "Status"),
            priority: text(row, "Priority"),
            description: text(row, "Description"),
        })
    })
}
