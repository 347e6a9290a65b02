//! Labels, not literals: whatever a person reads or hears in a component comes from a Custom Label or from data.

use crate::sources::{expect_none, has_extension, sources};

const SPOKEN: [&str; 9] = [
    "label",
    "title",
    "placeholder",
    "alternative-text",
    "alt",
    "aria-label",
    "aria-description",
    "description",
    "value-missing-message",
];

/// A piece of markup: an attribute with a literal value, or text between tags.
#[derive(Debug, PartialEq)]
enum Literal<'a> {
    Attribute(&'a str, &'a str),
    Text(&'a str),
}

#[test]
fn component_markup_speaks_only_through_labels() {
    let mut findings = Vec::new();
    for source in sources(|path| path.starts_with("lwc/") && has_extension(path, "html")) {
        for literal in literals(&source.text) {
            match literal {
                Literal::Attribute(name, value) if is_spoken(name) && !value.is_empty() => {
                    findings.push(format!("{}: {name}=\"{value}\"", source.path));
                }
                Literal::Text(text) => findings.push(format!("{}: {text}", source.path)),
                Literal::Attribute(..) => {}
            }
        }
    }
    expect_none("a literal in markup", &findings);
}

fn is_spoken(name: &str) -> bool {
    SPOKEN.contains(&name) || name.starts_with("message-when-")
}

fn literals(markup: &str) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    let mut rest = markup;
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with('<') {
            let end = tag_length(rest);
            attributes(&rest[1..end - 1], &mut found);
            rest = &rest[end..];
        } else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            if without_expressions(text).chars().any(char::is_alphanumeric) {
                found.push(Literal::Text(text.trim()));
            }
            rest = after;
        }
    }
    found
}

/// From `<` to just past `>`, quoted values skipped.
fn tag_length(tag: &str) -> usize {
    let mut quoted = false;
    for (at, character) in tag.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    panic!("a tag without an end: {tag}")
}

fn attributes<'a>(tag: &'a str, found: &mut Vec<Literal<'a>>) {
    let mut rest = tag;
    while let Some(at) = rest.find("=\"") {
        let name = rest[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let (value, after) = rest[at + 2..].split_once('"').expect("a value that opens also closes");
        found.push(Literal::Attribute(name, value));
        rest = after;
    }
}

fn without_expressions(text: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0;
    for character in text.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

#[test]
fn literals_are_found_and_expressions_are_not() {
    let markup = r#"<template><!-- Send --><lightning-button label="Send" class="b" title={labels.send} onclick={go}></lightning-button>
        <p>{labels.sent} · {when}</p><p>Sent by {who}</p></template>"#;
    assert_eq!(
        literals(markup),
        [Literal::Attribute("label", "Send"), Literal::Attribute("class", "b"), Literal::Text("Sent by {who}")]
    );
}
