//! Custom Labels and their translations: the sentences our Apex answers with.
//!
//! Format: Metadata API, CustomLabels and Translations.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::load_metadata::sorted_entries;
use super::xml::Element;

/// By language (`en`, `de`) and label name.
#[derive(Default)]
pub struct Labels(BTreeMap<(String, String), String>);

impl Labels {
    pub fn load(metadata: &Path) -> Result<Self> {
        let mut labels = BTreeMap::new();
        let own = metadata.join("salesforce/labels/CustomLabels.labels-meta.xml");
        if own.is_file() {
            let root = Element::parse(&fs::read_to_string(&own)?).with_context(|| own.display().to_string())?;
            for label in root.all("labels") {
                if let (Some(name), Some(text)) = (label.text_of("fullName"), label.text_of("value")) {
                    labels.insert(("en".to_owned(), name.to_owned()), text.to_owned());
                }
            }
        }
        for path in sorted_entries(&metadata.join("salesforce/translations"))? {
            let file = path.file_name().and_then(|name| name.to_str()).context("a file name that is not UTF-8")?;
            let language = file.split('.').next().unwrap_or_default().to_owned();
            let root = Element::parse(&fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
            for label in root.all("customLabels") {
                if let (Some(name), Some(text)) = (label.text_of("name"), label.text_of("label")) {
                    labels.insert((language.clone(), name.to_owned()), text.to_owned());
                }
            }
        }
        Ok(Self(labels))
    }

    /// The text in that language, else in English, else the label's name, which at least can be searched for.
    pub fn text<'a>(&'a self, language: &str, name: &'a str) -> &'a str {
        let in_language = |language: &str| self.0.get(&(language.to_owned(), name.to_owned()));
        in_language(language).or_else(|| in_language("en")).map_or(name, String::as_str)
    }
}
