//! Walls inside the connector: who may speak SQL, and who may name an error status.

use crate::sources::{Source, expect_none, has_extension, sources};

fn connector(without: impl Fn(&str) -> bool) -> Vec<Source> {
    sources(|path| {
        path.strip_prefix("crates/connector/src/").is_some_and(|inside| has_extension(inside, "rs") && !without(inside))
    })
}

fn lines_with(source: &Source, marks: &[&str]) -> Vec<String> {
    let found = |line: &str| marks.iter().find(|mark| line.contains(**mark)).map(|mark| (*mark).to_owned());
    source
        .production()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter_map(|(number, line)| found(line).map(|mark| format!("{}:{number}: {mark}", source.path)))
        .collect()
}

#[test]
fn sql_is_spoken_only_in_the_store() {
    let in_store = |inside: &str| inside == "store.rs" || inside.starts_with("store/");
    let mut findings = Vec::new();
    for source in connector(in_store) {
        findings.extend(lines_with(&source, &["sqlx::", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE "]));
        // SOQL also says SELECT; it belongs to who asks an Org, each day or once when the configuration is tried.
        let speaks_soql = ["/src/org.rs", "/src/org/", "/src/check_config", "/src/connect_org"]
            .iter()
            .any(|place| source.path.contains(place));
        if !speaks_soql {
            findings.extend(lines_with(&source, &["\"SELECT "]));
        }
    }
    expect_none("SQL outside store/", &findings);
}

#[test]
fn error_statuses_are_named_only_in_the_problem_table() {
    let statuses = [
        "BAD_REQUEST",
        "UNAUTHORIZED",
        "FORBIDDEN",
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "CONFLICT",
        "GONE",
        "PRECONDITION_FAILED",
        "PAYLOAD_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "RANGE_NOT_SATISFIABLE",
        "UNPROCESSABLE_ENTITY",
        "TOO_MANY_REQUESTS",
        "INTERNAL_SERVER_ERROR",
        "SERVICE_UNAVAILABLE",
        "INSUFFICIENT_STORAGE",
    ];
    let named: Vec<String> = statuses.iter().map(|status| format!("StatusCode::{status}")).collect();
    let marks: Vec<&str> = named.iter().map(String::as_str).collect();
    let findings: Vec<String> =
        connector(|inside| inside == "api/problem.rs").iter().flat_map(|source| lines_with(source, &marks)).collect();
    expect_none("an error status outside api/problem.rs", &findings);
}
