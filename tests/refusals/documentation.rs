//! `docs/api.md` lists every code there is, and no other.

use std::collections::BTreeSet;
use std::time::Duration;

use secure_files::{Conflict, Refusal};

use crate::table::{DATA, documented, problems};

/// One of each, so that the codes come from the code itself.
fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::InvalidRequest { field: "body", reason: "it is not usable" },
        Refusal::Unauthenticated,
        Refusal::Forbidden,
        Refusal::NotFound,
        Refusal::Conflict(Conflict::Unfinished),
        Refusal::LinkClosed,
        Refusal::TooLarge { limit_bytes: 1 },
        Refusal::QuotaExceeded { limit_bytes: 1 },
        Refusal::TooManyFiles { limit: 1 },
        Refusal::TypeNotAccepted { accepted: vec![] },
        Refusal::ConsentRequired { wording_version: String::new() },
        Refusal::NotClean,
        Refusal::ReasonNeeded,
        Refusal::SlowDown { retry_after: Duration::from_secs(1) },
        Refusal::StorageFull,
    ]
}

/// Snake-case texts between two marks of a source file.
fn codes_between(source: &str, from: &str, to: &str) -> BTreeSet<String> {
    let part = source.split(from).nth(1).and_then(|rest| rest.split(to).next()).expect("the marks are there");
    let is_code = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    part.split('"').skip(1).step_by(2).filter(|text| is_code(text)).map(str::to_owned).collect()
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let refusal = include_str!("../../crates/secure-files/src/refusal.rs");
    let of_refusals = codes_between(refusal, "pub fn code(", "\n    }\n}");
    let known: BTreeSet<String> = refusals().iter().map(|refusal| refusal.code().to_owned()).collect();
    assert_eq!(of_refusals, known, "a refusal is missing from this test");

    let table = include_str!("../../crates/connector/src/api/problem.rs");
    let of_table = codes_between(table, "fn table(", "fn data(");
    assert!(of_table.contains("internal") && of_table.contains("org_unavailable"), "{of_table:?}");

    let all: BTreeSet<String> = of_refusals.union(&of_table).cloned().collect();
    let documented: BTreeSet<String> = documented().keys().cloned().collect();
    assert_eq!(documented, all, "docs/api.md and the code name different codes");
}

#[test]
fn every_status_of_the_table_is_documented() {
    let table = include_str!("../../crates/connector/src/api/problem.rs");
    let part = table.split("fn table(").nth(1).and_then(|rest| rest.split("fn data(").next()).expect("the table");
    let named: BTreeSet<&str> = part
        .split("StatusCode::")
        .skip(1)
        .map(|rest| {
            rest.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '_')).next().unwrap_or_default()
        })
        .collect();
    let statuses: BTreeSet<u16> = documented().values().flatten().copied().collect();
    // `StatusCode` itself in the signature leaves one empty name.
    let named = named.into_iter().filter(|name| !name.is_empty()).count();
    assert_eq!(named, statuses.len(), "{statuses:?}");
}

#[test]
fn what_a_problem_carries_besides_is_documented() {
    for member in DATA {
        assert!(problems().contains(&format!("`{member}`")), "docs/api.md does not name {member}");
    }
}
