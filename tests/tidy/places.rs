//! What lies where: the few files at the top, and no trace of the place where this was written.

use crate::sources::{expect_none, paths, sources};

const FOLDERS: [&str; 8] = [".cargo", ".ci", "crates", "docs", "lwc", "manifest", "salesforce", "tests"];

const FILES: [&str; 19] = [
    ".forceignore",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "deny.toml",
    "eslint.config.js",
    "jest.config.js",
    "package-lock.json",
    "package.json",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "sfdx-project.json",
    // Read by editors and by git before anything else.
    ".editorconfig",
    ".gitattributes",
];

#[test]
fn only_conventional_files_lie_at_the_top() {
    let findings: Vec<String> = paths()
        .into_iter()
        .filter(|path| match path.split_once('/') {
            Some((folder, _)) => !FOLDERS.contains(&folder),
            None => !FILES.contains(&path.as_str()),
        })
        .collect();
    expect_none("not among the accepted files and folders", &findings);
}

#[test]
fn lock_files_name_no_registry_but_the_public_ones() {
    let mut findings = Vec::new();
    for source in sources(|path| path.ends_with("package-lock.json")) {
        for line in source.text.lines().filter(|line| line.contains("\"resolved\"")) {
            if !line.contains("\"https://registry.npmjs.org/") {
                findings.push(format!("{}: {}", source.path, line.trim()));
            }
        }
    }
    for source in sources(|path| path.ends_with("Cargo.lock")) {
        for line in source.text.lines().filter(|line| line.starts_with("source = ")) {
            if line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"" {
                findings.push(format!("{}: {line}", source.path));
            }
        }
    }
    expect_none("a source that a stranger cannot reach", &findings);
}

#[test]
fn nothing_remembers_whose_machine_it_was_written_on() {
    // Spelled in halves, so that this file does not find itself.
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!(".inte", "rnal/"),
    ];
    let mut findings = Vec::new();
    for source in sources(|path| !path.starts_with("tests/payloads/") && !path.ends_with("Cargo.lock")) {
        for (index, line) in source.text.lines().enumerate() {
            findings.extend(
                marks
                    .iter()
                    .filter(|mark| line.contains(**mark))
                    .map(|mark| format!("{}:{}: {mark}", source.path, index + 1)),
            );
        }
    }
    expect_none("a path of one particular machine", &findings);
}
