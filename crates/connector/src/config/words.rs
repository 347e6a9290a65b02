//! Words of the operator that customers read, in one or in every language.

use serde::Deserialize;

use crate::language::Language;

/// `"text"`, or `{ en = "…", de = "…", fr = "…" }`: a language that is not given falls back to English.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Words {
    Same(String),
    PerLanguage(PerLanguage),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerLanguage {
    en: String,
    de: Option<String>,
    fr: Option<String>,
}

impl Words {
    pub fn in_language(&self, language: Language) -> &str {
        match self {
            Self::Same(text) => text,
            Self::PerLanguage(words) => match language {
                Language::English => None,
                Language::German => words.de.as_deref(),
                Language::French => words.fr.as_deref(),
            }
            .unwrap_or(&words.en),
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        Language::ALL.iter().any(|language| self.in_language(*language).trim().is_empty())
    }
}
