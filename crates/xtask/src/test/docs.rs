//! Part `docs`: every relative link in the prose leads somewhere, and the published API description is the served one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{Bench, Tally};
use xtask::{run, say, workspace};

/// The committed copy of what the connector serves as `/api/v1/openapi.json`.
const OPENAPI: &str = "docs/openapi.json";

pub fn run(_: &mut Bench) -> Result<Tally> {
    let mut tally = Tally::default();
    for page in pages()? {
        let broken = broken_links(&page)?;
        for link in &broken {
            say::line(&format!("{}: {link} leads nowhere", page.display()));
        }
        tally.add(Tally::one(broken.is_empty()));
    }
    if let Some(committed) = workspace::read_if_present(&workspace::root().join(OPENAPI))? {
        tally.add(Tally::one(openapi_is_fresh(&committed)?));
    }
    Ok(tally)
}

fn pages() -> Result<Vec<PathBuf>> {
    let listed = run::output(run::program("git", &workspace::root()).args(["ls-files", "-z", "--", "*.md"]))?;
    Ok(listed.split_terminator('\0').map(|path| workspace::root().join(path)).filter(|path| path.is_file()).collect())
}

fn broken_links(page: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let folder = page.parent().expect("a page lies in a folder");
    let leads_nowhere = |link: &String| {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() { page.to_owned() } else { folder.join(path) };
        if !target.exists() {
            return true;
        }
        let is_page = target.extension().is_some_and(|extension| extension == "md");
        is_page && !anchor.is_empty() && !anchors(&fs::read_to_string(target).unwrap_or_default()).any(|a| a == anchor)
    };
    Ok(links(&text).into_iter().filter(leads_nowhere).collect())
}

/// Relative targets of Markdown links and images, and of HTML `src` and `href`; code is left alone.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        let line = without_code(line);
        for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for piece in line.split(opening).skip(1) {
                let target = piece.split(closing).next().unwrap_or_default();
                // A title may follow the address.
                let target = target.split_whitespace().next().unwrap_or_default();
                let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
                if !elsewhere {
                    links.push(target.to_owned());
                }
            }
        }
    }
    links
}

fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// As the usual viewers name headings.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    prose(text).filter_map(|line| line.strip_prefix('#')).map(|heading| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

fn openapi_is_fresh(committed: &str) -> Result<bool> {
    let served = run::output(run::program(workspace::program("casegate"), &workspace::root()).arg("openapi"))?;
    let fresh = committed.trim() == served.trim();
    if !fresh {
        say::line(&format!("{OPENAPI} is stale: casegate openapi > {OPENAPI}"));
    }
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_prose_and_not_in_code() {
        let text = "See [a](docs/a.md \"A\") and `[b](b.md)`, <img src=\"c.png\">.\n```\n[d](d.md)\n```\n[e](https://x.test) [f](#g)";
        assert_eq!(links(text), ["docs/a.md", "c.png", "#g"]);
    }

    #[test]
    fn headings_become_anchors() {
        assert_eq!(
            anchors("# Two commands\n## What it's *not* (yet)").collect::<Vec<_>>(),
            ["two-commands", "what-its-not-yet"]
        );
    }
}
