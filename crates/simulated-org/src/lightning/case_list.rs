//! `GET /lightning/o/Case/list`: the Cases this person can see, and a way to sit down as somebody else.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use super::{ChosenQuery, Visitor, content_policy};
use crate::org::Org;
use crate::seed::people;
use crate::soql;

#[derive(Template)]
#[template(path = "case_list.html")]
struct CaseList {
    org_name: String,
    people: Vec<Person>,
    cases: Vec<Listed>,
}

struct Person {
    nickname: String,
    name: String,
    chosen: bool,
}

struct Listed {
    id: String,
    number: String,
    subject: String,
    status: String,
    priority: String,
    owner: String,
}

/// `/` and every link to Home.
pub async fn go() -> Redirect {
    Redirect::to("/lightning/o/Case/list")
}

pub async fn show(State(org): State<Arc<Org>>, Query(chosen): ChosenQuery, headers: HeaderMap) -> Response {
    let Some(visitor) = Visitor::of(&org, &chosen, &headers) else {
        return (StatusCode::NOT_FOUND, "There is no such user.").into_response();
    };
    let query = "SELECT Id, CaseNumber, Subject, Status, Priority, Owner.Name FROM Case ORDER BY CaseNumber";
    let found = org.work(visitor.user, |work| soql::run(work, query, crate::rest::NEWEST, false));
    let rows = found.map(|found| found.records).unwrap_or_default();
    let cases = rows.iter().map(|row| {
        let row = row.to_value();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Listed {
            id: text(&row["Id"]),
            number: text(&row["CaseNumber"]),
            subject: text(&row["Subject"]),
            status: text(&row["Status"]),
            priority: text(&row["Priority"]),
            owner: text(&row["Owner"]["Name"]),
        }
    });
    let cases = cases.collect();
    let people = org.seeded().get("users").into_iter().flatten();
    let people =
        people.filter(|(_, about)| about["username"] != people::INTEGRATION_USERNAME).map(|(nickname, about)| Person {
            nickname: nickname.clone(),
            name: about["name"].as_str().unwrap_or_default().to_owned(),
            chosen: about["id"] == visitor.user.to_string(),
        });
    let people = people.collect();
    let org_name = org.world().rows.row("Organization", org.id).and_then(|row| row.text("Name").map(str::to_owned));
    let page = CaseList { org_name: org_name.unwrap_or_default(), people, cases };
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = Html(html).into_response();
    content_policy::add(response.headers_mut(), &org.options.connector_url, false);
    visitor.remember(&mut response);
    response
}
