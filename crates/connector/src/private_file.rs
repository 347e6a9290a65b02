//! A file for its owner only: keys and what belongs to them.

use std::{fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::Context as _;

/// Durable when this returns.
///
/// # Errors
/// A file that is there already is left as it is.
pub fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be created", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
