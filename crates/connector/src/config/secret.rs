//! A secret from the configuration: by value or by file, shown by nothing.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{ConfigError, in_folder, read_text_file};

#[derive(Clone)]
pub struct Secret {
    value: Zeroizing<String>,
    file: Option<PathBuf>,
}

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: Zeroizing::new(value.into()), file: None }
    }

    /// Hand this to the one call that needs it; never to a log, an error or a format string.
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// The file it came from, so that `check-config` can look at who else may read it.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn from_file(key: &str, folder: &Path, file: &Path) -> Result<Self, ConfigError> {
        let path = in_folder(folder, file);
        let text = Zeroizing::new(read_text_file(key, &path)?);
        if text.trim().is_empty() {
            return Err(ConfigError::wrong(key, format!("{} is empty", path.display())));
        }
        Ok(Self { value: Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned()), file: Some(path) })
    }

    /// `None` when neither the value nor the file is given.
    pub(super) fn optional(
        key: &str,
        value: Option<String>,
        file: Option<&Path>,
        folder: &Path,
    ) -> Result<Option<Self>, ConfigError> {
        match (value, file) {
            (Some(_), Some(_)) => {
                Err(ConfigError::wrong(key, format!("give it by value or by file ({}_file), not both", last_part(key))))
            }
            (Some(value), None) if value.trim().is_empty() => Err(ConfigError::wrong(key, "it is empty")),
            (Some(value), None) => Ok(Some(Self::new(value))),
            (None, Some(file)) => Self::from_file(&format!("{key}_file"), folder, file).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn required(
        key: &str,
        value: Option<String>,
        file: Option<&Path>,
        folder: &Path,
    ) -> Result<Self, ConfigError> {
        Self::optional(key, value, file, folder)?
            .ok_or_else(|| ConfigError::wrong(key, format!("it is missing; give {0} or {0}_file", last_part(key))))
    }
}

fn last_part(key: &str) -> &str {
    key.rsplit(['.', ' ']).next().unwrap_or(key)
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}
