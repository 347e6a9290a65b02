//! Shape of source files: what each says about itself, how long it may be, what it may be called.

use crate::sources::{expect_none, has_extension, paths, sources};

/// Of lines that ship; 300 is the aim.
const LONGEST_FILE: usize = 500;
const LONGEST_MODULE_DOC: usize = 12;

#[test]
fn every_rust_file_says_what_it_is() {
    let mut findings = Vec::new();
    for source in sources(|path| has_extension(path, "rs")) {
        let opening = source.text.lines().take_while(|line| line.starts_with("//!")).count();
        if opening == 0 {
            findings.push(format!("{}: begins without //!", source.path));
        } else if opening > LONGEST_MODULE_DOC {
            findings.push(format!("{}: {opening} lines of //!, {LONGEST_MODULE_DOC} are enough", source.path));
        }
    }
    expect_none("module documentation", &findings);
}

#[test]
fn no_file_does_more_than_one_thing_at_length() {
    let mut findings = Vec::new();
    let code =
        |path: &str| ["rs", "js", "mjs", "ts", "cls", "html", "css"].iter().any(|kind| has_extension(path, kind));
    for source in sources(code) {
        let length = if has_extension(&source.path, "rs") && !source.path.starts_with("tests/") {
            source.production().count()
        } else {
            source.text.lines().count()
        };
        if length > LONGEST_FILE {
            findings.push(format!("{}: {length} lines, at most {LONGEST_FILE}", source.path));
        }
    }
    expect_none("long files", &findings);
}

#[test]
fn no_module_is_a_drawer() {
    let drawers =
        ["util", "utils", "common", "helper", "helpers", "misc", "manager", "managers", "service", "services"];
    let mut findings = Vec::new();
    for path in paths() {
        if path.ends_with("/mod.rs") {
            findings.push(format!("{path}: modules are x.rs beside x/"));
        }
        let words = path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        findings.extend(
            words.filter(|word| drawers.contains(&word.to_lowercase().as_str())).map(|word| format!("{path}: {word}")),
        );
    }
    expect_none("put each piece with its noun", &findings);
}

#[test]
fn nothing_is_switched_off_or_left_for_later() {
    // Spelled in halves, so that this file does not find itself.
    // Ignoring with a reason is for what only a person or another test starts.
    let marks = [concat!("#[", "ignore]"), concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX ")];
    let mut findings = Vec::new();
    for source in sources(|path| ["rs", "js", "mjs", "cls", "html"].iter().any(|kind| has_extension(path, kind))) {
        for (index, line) in source.text.lines().enumerate() {
            findings.extend(
                marks
                    .iter()
                    .filter(|mark| line.contains(**mark))
                    .map(|mark| format!("{}:{}: {mark}", source.path, index + 1)),
            );
        }
    }
    expect_none("unfinished work", &findings);
}
