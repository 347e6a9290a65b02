//! One row: an answer that must be a documented problem document and tell nothing else.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use harness::{Answer, Casegate};
use serde_json::Value;

/// Counts its rows and prints them at the end of a story.
pub struct Table {
    name: &'static str,
    rows: usize,
}

/// What every problem document has.
const MEMBERS: [&str; 6] = ["type", "title", "status", "code", "detail", "request_id"];

/// What one may have besides, for programs.
pub const DATA: [&str; 8] = [
    "field",
    "limit_bytes",
    "limit_files",
    "accepted_extensions",
    "wording_version",
    "offset_bytes",
    "state",
    "size_bytes",
];

/// Traces of how the connector is made, in lower case.
const INTERNALS: [&str; 24] = [
    "sql",
    "postgres",
    "database",
    "panic",
    "src/",
    ".rs:",
    "/tmp",
    "error(",
    "serde",
    "at line",
    "column",
    "os error",
    "127.0.0.1",
    "object_store",
    "staging/",
    ".age",
    "axum",
    "hyper",
    "jsonwebtoken",
    "deserial",
    "expected",
    "utf-8 in",
    "crates",
    "keyring",
];

impl Table {
    pub fn new(name: &'static str) -> Self {
        Self { name, rows: 0 }
    }

    /// Refused with this status and code; gives the problem for a closer look.
    #[track_caller]
    pub fn row(&mut self, what: &str, answer: &Answer, status: u16, code: &str) -> Value {
        self.rows += 1;
        let shown = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{what}: {shown}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        let problem: Value =
            serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{what}: no JSON: {shown}"));
        let members = problem.as_object().unwrap_or_else(|| panic!("{what}: no object: {shown}"));
        for member in MEMBERS {
            assert!(members.contains_key(member), "{what}: without {member}: {problem}");
        }
        for member in members.keys() {
            assert!(
                MEMBERS.contains(&member.as_str()) || DATA.contains(&member.as_str()),
                "{what}: {member}: {problem}"
            );
        }
        assert_eq!(problem["type"], "about:blank", "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["code"], code, "{what}: {problem}");
        assert!(!text(&problem, "title").is_empty(), "{what}: {problem}");
        let detail = text(&problem, "detail");
        assert!(detail.ends_with('.') && !detail.contains(['\n', '\r', '<']), "{what}: {problem}");
        let request_id = text(&problem, "request_id");
        assert!(request_id.len() == 26 && request_id == answer.header("x-request-id"), "{what}: {problem}");
        let told = shown.to_lowercase();
        for internal in INTERNALS {
            assert!(!told.contains(internal), "{what}: the answer tells {internal:?}: {problem}");
        }
        headers(what, answer, status, &problem);
        let documented = documented().get(code).unwrap_or_else(|| panic!("docs/api.md has no {code}"));
        assert!(documented.contains(&status), "docs/api.md has {code} with {documented:?}, not {status}");
        problem
    }

    /// Refused where an answer has no body: HEAD.
    #[track_caller]
    pub fn row_without_body(&mut self, what: &str, answer: &Answer, status: u16) {
        self.rows += 1;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{what}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    }

    pub async fn finish(self, world: Casegate) {
        eprintln!("{}: {} rows", self.name, self.rows);
        world.settle().await;
        world.finish().await;
    }
}

fn text<'a>(problem: &'a Value, member: &str) -> &'a str {
    problem[member].as_str().unwrap_or_default()
}

#[track_caller]
fn headers(what: &str, answer: &Answer, status: u16, problem: &Value) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert!(answer.headers.get("set-cookie").is_none(), "{what}");
    match status {
        401 => assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}"),
        429 | 503 => {
            let seconds: u64 = answer.header("retry-after").parse().expect("Retry-After is a number of seconds");
            assert!((1..=60).contains(&seconds), "{what}: {seconds}");
        }
        _ => {}
    }
    if let Some(offset) = problem["offset_bytes"].as_u64() {
        assert_eq!(answer.header("upload-offset"), offset.to_string(), "{what}");
    }
}

/// Codes of `docs/api.md`, each with the statuses it comes with.
pub fn documented() -> &'static BTreeMap<String, Vec<u16>> {
    static DOCUMENTED: OnceLock<BTreeMap<String, Vec<u16>>> = OnceLock::new();
    DOCUMENTED.get_or_init(|| problems().lines().filter_map(read_row).collect())
}

/// The section of `docs/api.md` on problems.
pub fn problems() -> &'static str {
    let text = include_str!("../../docs/api.md");
    let section = text.split("## Problems").nth(1).expect("a section on problems");
    section.split("\n## ").next().expect("a section ends")
}

/// ``| `code` | status | when … (other status) …``
fn read_row(line: &str) -> Option<(String, Vec<u16>)> {
    let mut cells = line.strip_prefix("| `")?.split('|');
    let code = cells.next()?.trim().trim_end_matches('`').to_owned();
    let mut statuses = vec![cells.next()?.trim().parse().ok()?];
    let when = cells.next()?;
    statuses.extend(when.split('(').skip(1).filter_map(|rest| rest.split(')').next()?.parse::<u16>().ok()));
    Some((code, statuses))
}
