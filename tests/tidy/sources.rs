//! The files of this repository as git sees them: committed, or new and not ignored.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub struct Source {
    /// From the repository's top, with `/`.
    pub path: String,
    pub text: String,
}

pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the repository").to_owned()
}

/// Every path, sorted.
pub fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .expect("git is installed: Debian package git");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let mut paths: Vec<String> = String::from_utf8(listed.stdout)
        .expect("paths are UTF-8")
        .split_terminator('\0')
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Every text file whose path passes.
pub fn sources(wanted: impl Fn(&str) -> bool) -> Vec<Source> {
    let read = |path: String| {
        let text = String::from_utf8(fs::read(root().join(&path)).ok()?).ok()?;
        Some(Source { path, text })
    };
    paths().into_iter().filter(|path| wanted(path)).filter_map(read).collect()
}

pub fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

impl Source {
    /// The lines that ship: everything before the inline tests; nothing of a file that is tests throughout.
    pub fn production(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests_only =
            self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.starts_with("tests/");
        let lines = if tests_only { "" } else { self.text.as_str() };
        // `#[cfg(test)]` on `mod tests` opens the tail of a file; on anything else it hides one item only.
        let mut before_module = lines.lines().collect::<Vec<_>>();
        let tail = before_module.windows(2).position(|pair| {
            pair[0].trim() == "#[cfg(test)]"
                && pair[1].trim_start().starts_with("mod ")
                && pair[1].trim_end().ends_with('{')
        });
        before_module.truncate(tail.unwrap_or(before_module.len()));
        before_module.into_iter().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Fails with every finding at once, so that one run shows all there is to mend.
pub fn expect_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}
