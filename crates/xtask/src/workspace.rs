//! Where things are in this repository.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The repository's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("xtask lies two folders below the root").to_owned()
}

/// Cargo's target folder, which a developer may have put elsewhere.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A built program of this workspace.
pub fn program(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// Tools that this runner installs for itself.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// Folders with a `package-lock.json`, at most three levels down.
pub fn npm_folders() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![(root(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        if folder.join("package-lock.json").is_file() {
            found.push(folder.clone());
        }
        if depth == 3 {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            let skip = name.to_string_lossy().starts_with('.') || name == "node_modules" || name == "target";
            if entry.file_type()?.is_dir() && !skip {
                pending.push((entry.path(), depth + 1));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a file that may not be there.
pub fn read_if_present(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
