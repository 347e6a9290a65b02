//! `docs/salesforce-divergences.md` is whole: every refusal of the simulated Org stands there, and every row says where
//! the behaviour comes from and which test shows it.

use std::collections::BTreeSet;

use crate::rust_strings::literals;
use crate::sources::{Source, expect_none, has_extension, paths, root, sources};

const LEDGER: &str = "docs/salesforce-divergences.md";
const ORG: &str = "crates/simulated-org/src/";
const ORG_TESTS: &str = "crates/simulated-org/tests/org/";

/// Capitals with underscores that are no error codes: words of SOQL, kinds of JSON values, types of files, a cookie.
const NO_CODES: [&str; 19] = [
    "START_",
    "VALUE_",
    "END_",
    "LAST_",
    "NEXT_",
    "THIS_",
    "N_",
    "_DAYS",
    "FISCAL_",
    "CALENDAR_",
    "DAY_",
    "HOUR_IN_",
    "COUNT_DISTINCT",
    "WEEK_IN_",
    "WORD_X",
    "EXCEL_X",
    "POWER_POINT",
    "BAYEUX_BROWSER",
    "CONVERT_",
];

/// One row of a table that has a `Mark` column.
struct Row {
    line: usize,
    cells: Vec<String>,
    mark: String,
    source: String,
    tests: String,
}

fn ledger() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join(LEDGER)).expect("the ledger is there");
    let mut rows = Vec::new();
    let mut columns: Option<(usize, usize, usize)> = None;
    for (index, line) in text.lines().enumerate() {
        let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            columns = None;
            continue;
        };
        let cells: Vec<String> = inner.replace("\\|", "\u{1}").split('|').map(unescaped).collect();
        if cells.iter().all(|cell| cell.chars().all(|character| character == '-')) {
            continue;
        }
        let column = |name: &str| cells.iter().position(|cell| cell == name);
        if let (Some(mark), Some(source), Some(tests)) = (column("Mark"), column("Source"), column("Test")) {
            columns = Some((mark, source, tests));
        } else if let Some((mark, source, tests)) = columns {
            let cell = |at: usize| cells.get(at).cloned().unwrap_or_default();
            let (mark, source, tests) = (cell(mark), cell(source), cell(tests));
            rows.push(Row { line: index + 1, mark, source, tests, cells });
        }
    }
    rows
}

fn unescaped(cell: &str) -> String {
    cell.trim().replace('\u{1}', "|")
}

fn production(source: &Source) -> String {
    let lines: Vec<&str> = source.production().map(|(_, line)| line).collect();
    lines.join("\n")
}

fn is_code(text: &str) -> bool {
    let capitals = text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    capitals
        && text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text.contains('_')
        && !NO_CODES.iter().any(|word| text.starts_with(word) || text.ends_with(word))
}

/// A sentence with its blanks shown as `…`.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        shown.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        shown.push('…');
        rest = &rest[open + close + 1..];
    }
    shown.push_str(rest);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A sentence, as opposed to a name: two words at least.
fn is_sentence(shown: &str) -> bool {
    let words = shown.split(' ').filter(|word| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1);
    words.count() > 1 && !shown.contains("; charset=")
}

/// What follows these is for developers, not for clients.
fn is_for_developers(before: &str) -> bool {
    [", reason = ", ".expect(", ".context(", "assert!(", "assert_eq!(", "panic!("]
        .iter()
        .any(|mark| before.contains(mark))
}

/// What is said, and where.
type Said = BTreeSet<(String, String)>;

/// Codes from the whole simulator; sentences from every file that refuses something to a client.
fn emitted() -> (Said, Said) {
    let (mut codes, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let of_the_org = |path: &str| path.starts_with(ORG) && !path.starts_with(&format!("{ORG}admin/"));
    for source in sources(|path| of_the_org(path) && has_extension(path, "rs")) {
        let text = production(&source);
        let refuses = ["Refused", "Denied"].iter().any(|word| text.contains(word));
        for literal in literals(&text).into_iter().filter(|literal| !is_for_developers(&literal.before)) {
            let place = format!("{}:{}", source.path, literal.line);
            let is_bayeux = literal.text.split_once("::").is_some_and(|(status, _)| status.parse::<u16>().is_ok());
            let sentence = shown(&literal.text);
            if is_code(&literal.text) {
                codes.insert((literal.text, place));
            } else if is_bayeux || (refuses && is_sentence(&sentence)) {
                texts.insert((sentence, place));
            }
        }
    }
    (codes, texts)
}

#[test]
fn every_refusal_of_the_simulated_org_is_in_the_ledger() {
    let rows = ledger();
    let quoted: BTreeSet<String> =
        rows.iter().flat_map(|row| row.cells.iter()).flat_map(|cell| cell.split('`').map(str::to_owned)).collect();
    let (codes, texts) = emitted();
    assert!(codes.len() > 20 && texts.len() > 50, "the simulator's refusals were not found");
    let mut findings = Vec::new();
    for (code, place) in codes {
        if !quoted.contains(&code) {
            findings.push(format!("{place}: no row has the code `{code}`"));
        }
    }
    for (text, place) in texts {
        if !rows.iter().any(|row| row.cells.contains(&text)) {
            findings.push(format!("{place}: no row has the text: {text}"));
        }
    }
    expect_none(&format!("{LEDGER} lacks what the simulated Org says"), &findings);
}

#[test]
fn the_ledger_holds_no_sentence_that_nobody_says_any_more() {
    let said: BTreeSet<String> = emitted().1.into_iter().map(|(text, _)| text).collect();
    let findings: Vec<String> = ledger()
        .iter()
        // Tables of sentences have five columns: code, text, mark, source, test.
        .filter(|row| row.cells.len() == 5 && !said.contains(&row.cells[1]) && is_sentence(&row.cells[1]))
        .map(|row| format!("{LEDGER}:{}: {}", row.line, row.cells[1]))
        .collect();
    expect_none("rows of sentences that the simulated Org does not say", &findings);
}

#[test]
fn every_row_of_the_ledger_has_a_mark_a_source_and_a_test() {
    let rows = ledger();
    assert!(rows.len() > 60, "the ledger has its tables");
    let mut findings = Vec::new();
    for row in &rows {
        let place = format!("{LEDGER}:{}", row.line);
        if row.mark.is_empty() || !row.mark.split(", ").all(|mark| ["C", "D", "F", "A"].contains(&mark)) {
            findings.push(format!("{place}: {:?} is no mark", row.mark));
        }
        if row.source.is_empty() {
            findings.push(format!("{place}: no source"));
        }
        let named: Vec<&str> = row.tests.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            findings.push(format!("{place}: no test"));
        }
        findings.extend(named.iter().filter(|name| !exists(name)).map(|name| format!("{place}: no test {name}")));
    }
    expect_none("rows that prove nothing", &findings);
}

/// `file::test` among the simulator's own, `path.rs::test` anywhere, or a path: a script of a lane.
fn exists(name: &str) -> bool {
    let Some((file, test)) = name.split_once("::") else { return paths().iter().any(|path| path == name) };
    let path = if file.contains('/') { file.to_owned() } else { format!("{ORG_TESTS}{file}.rs") };
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_default();
    text.contains(&format!("fn {test}("))
}
