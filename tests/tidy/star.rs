//! The dependency star: the connector uses the leaves, a leaf uses no other, the simulated Org uses nothing of ours.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::sources::{expect_none, root};

const LEAVES: [&str; 5] = ["secure-files", "envelope", "audit-log", "inspection", "salesforce-client"];

/// What a crate may use of ours, to build and to test.
fn allowed(package: &str, kind: DependencyKind) -> &'static [&'static str] {
    match (package, kind) {
        ("connector", _) => &LEAVES,
        // The client is tried over HTTP against the simulated Org; they share no type.
        ("salesforce-client", DependencyKind::Development) => &["simulated-org"],
        // The demo speaks to the product over HTTP alone; the task runner that starts it stays small.
        ("demo", DependencyKind::Normal) => &["xtask"],
        ("casegate-tests", _) => {
            &["connector", "simulated-org", "secure-files", "envelope", "audit-log", "inspection", "salesforce-client"]
        }
        _ => &[],
    }
}

#[test]
fn crates_depend_on_each_other_as_a_star() {
    let metadata =
        MetadataCommand::new().current_dir(root()).no_deps().exec().expect("cargo metadata describes the workspace");
    let ours: BTreeMap<&str, &cargo_metadata::Package> =
        metadata.packages.iter().map(|package| (package.name.as_str(), package)).collect();
    let mut findings = Vec::new();
    for (name, package) in &ours {
        for dependency in package.dependencies.iter().filter(|dependency| ours.contains_key(dependency.name.as_str())) {
            if !allowed(name, dependency.kind).contains(&dependency.name.as_str()) {
                findings.push(format!("{name} uses {} ({:?})", dependency.name, dependency.kind));
            }
        }
    }
    expect_none("a crate depends on one it must not know", &findings);
}

#[test]
fn dependencies_are_declared_once_for_the_workspace() {
    let findings: Vec<String> = crate::sources::sources(|path| path.ends_with("Cargo.toml") && path != "Cargo.toml")
        .iter()
        // A fuzz crate is a workspace of its own and cannot inherit.
        .filter(|source| !source.text.lines().any(|line| line.trim() == "[workspace]"))
        .flat_map(|source| {
            let mut in_dependencies = false;
            let lines = source.text.lines().enumerate().filter(move |(_, line)| {
                if line.starts_with('[') {
                    in_dependencies = line.contains("dependencies]");
                    return false;
                }
                let declares = line.contains('=') && !line.trim_start().starts_with('#');
                in_dependencies && declares && !line.contains("workspace = true")
            });
            lines.map(|(number, line)| format!("{}:{}: {line}", source.path, number + 1)).collect::<Vec<_>>()
        })
        .collect();
    expect_none("a version outside [workspace.dependencies]", &findings);
}
