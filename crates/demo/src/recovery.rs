//! The promise at the end: the stock `age` opens what is stored, with the recovery key and nothing of ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use xtask::machine;

/// A stored file: its sealed bytes, and the small object that holds its identity for each recipient.
pub struct Stored {
    pub file: PathBuf,
    pub key_object: PathBuf,
}

impl Stored {
    /// The newest of all, by the folder alone: `files/{id}.age` beside `files/{id}.{generation}.key.age`.
    pub fn newest(data: &Path) -> Result<Option<Self>> {
        let mut found: Vec<(std::time::SystemTime, Self)> = Vec::new();
        for file in age_files(&data.join("objects"))? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".key.age") else { continue };
            let id = stem.rsplit_once('.').map_or(stem, |(id, _generation)| id);
            let sealed = file.with_file_name(format!("{id}.age"));
            if sealed.is_file() {
                let modified = fs::metadata(&sealed)?.modified()?;
                found.push((modified, Self { file: sealed, key_object: file }));
            }
        }
        found.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.key_object.cmp(&right.key_object)));
        Ok(found.pop().map(|(_, stored)| stored))
    }

    /// The two commands, for a shell.
    pub fn commands(&self, data: &Path) -> Value {
        let [recovery, id_key, opened] = paths(data);
        let shown = |path: &Path| path.display().to_string();
        json!([
            format!("age -d -i {} {} > {}", shown(&recovery), shown(&self.key_object), shown(&id_key)),
            format!("age -d -i {} {} > {}", shown(&id_key), shown(&self.file), shown(&opened)),
        ])
    }

    /// Runs them; answers the opened file. `None` when there is no `age` here.
    pub fn open(&self, data: &Path) -> Result<Option<PathBuf>> {
        let Some(age) = machine::find("age") else { return Ok(None) };
        let [recovery, id_key, opened] = paths(data);
        for (identity, sealed, target) in [(&recovery, &self.key_object, &id_key), (&id_key, &self.file, &opened)] {
            let output = fs::File::create(target).with_context(|| target.display().to_string())?;
            let mut command = Command::new(&age);
            command.arg("-d").arg("-i").arg(identity).arg(sealed).stdin(Stdio::null()).stdout(output);
            let status = command.status().context("starting age")?;
            if !status.success() {
                bail!("age -d of {} ended with {status}", sealed.display());
            }
        }
        Ok(Some(opened))
    }
}

/// The recovery key; where the file's own key goes; where the opened file goes.
fn paths(data: &Path) -> [PathBuf; 3] {
    [data.join("keys/recovery.key"), data.join("id.key"), data.join("opened-by-age")]
}

fn age_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // Between listing and looking a staging object may be gone.
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "age") {
                found.push(path);
            }
        }
    }
    Ok(found)
}
