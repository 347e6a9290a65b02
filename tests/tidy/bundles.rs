//! `lwc/` holds component bundles and nothing else, and no bundle lives anywhere else: the Salesforce tools allow neither.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{expect_none, paths};

#[test]
fn lwc_holds_bundles_and_nothing_else() {
    let mut bundles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut findings = Vec::new();
    for path in paths() {
        let Some(inside) = path.strip_prefix("lwc/") else { continue };
        match inside.split_once('/') {
            Some((bundle, file)) => drop(bundles.entry(bundle.to_owned()).or_default().insert(file.to_owned())),
            None => findings.push(format!("{path}: a file beside the bundles")),
        }
    }
    assert!(!bundles.is_empty(), "lwc/ is empty");
    for (bundle, files) in &bundles {
        for needed in [format!("{bundle}.js"), format!("{bundle}.js-meta.xml")] {
            if !files.contains(&needed) {
                findings.push(format!("lwc/{bundle}: {needed} is missing"));
            }
        }
        for file in files {
            let known =
                ["js", "html", "css", "svg", "js-meta.xml"].iter().any(|kind| file.ends_with(&format!(".{kind}")));
            let tests = file.starts_with("__tests__/");
            if !known || (file.contains('/') && !tests) {
                findings.push(format!("lwc/{bundle}/{file}: no part of a bundle"));
            }
        }
        if !bundle.starts_with(|first: char| first.is_ascii_lowercase())
            || !bundle.chars().all(|c| c.is_ascii_alphanumeric())
        {
            findings.push(format!("lwc/{bundle}: bundles are camelCase nouns"));
        }
    }
    expect_none("lwc/", &findings);
}

#[test]
fn no_bundle_lives_outside_lwc() {
    let strays: Vec<String> =
        paths().into_iter().filter(|path| path.ends_with(".js-meta.xml") && !path.starts_with("lwc/")).collect();
    expect_none("a bundle outside lwc/", &strays);
}
