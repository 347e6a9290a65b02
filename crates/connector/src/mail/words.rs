//! The words of our mails, one file per language, and how names are filled in.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::language::Language;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailWords {
    pub request: RequestWords,
    pub receipt: ReceiptWords,
    pub format: FormatWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestWords {
    pub subject: String,
    pub heading: String,
    pub greeting: String,
    pub greeting_unnamed: String,
    pub asks: String,
    pub asks_unnamed: String,
    pub needed: String,
    pub message: String,
    pub due: String,
    pub button: String,
    pub how: String,
    pub link: String,
    pub expires: String,
    pub caution: String,
    pub forward: String,
    pub reply: String,
    pub privacy: String,
    pub automatic: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptWords {
    pub subject: String,
    pub heading: String,
    pub greeting: String,
    pub greeting_unnamed: String,
    pub arrived_one: String,
    pub arrived_many: String,
    pub finished: String,
    pub kept: String,
    pub files: String,
    pub size: String,
    pub received: String,
    pub received_value: String,
    pub checksum: String,
    pub proof: String,
    pub unexpected: String,
    pub reply: String,
    pub privacy: String,
    pub automatic: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormatWords {
    pub date: String,
    pub first_day: String,
    pub months: [String; 12],
    pub decimal: String,
    pub units: [String; 5],
}

pub(super) fn words(language: Language) -> &'static MailWords {
    static ENGLISH: LazyLock<MailWords> = LazyLock::new(|| read(include_str!("../../mails/words.en.toml")));
    static GERMAN: LazyLock<MailWords> = LazyLock::new(|| read(include_str!("../../mails/words.de.toml")));
    static FRENCH: LazyLock<MailWords> = LazyLock::new(|| read(include_str!("../../mails/words.fr.toml")));
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
    }
}

fn read(text: &str) -> MailWords {
    toml::from_str(text).expect("the words in the binary are those that its tests read")
}

/// Fills in every `{name}` in one pass, so that a value which looks like a name stays what it is.
pub(super) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            filled.push_str(value);
        } else {
            filled.push('{');
            filled.push_str(name);
            filled.push('}');
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn every_language_fills_in_the_same_names() {
        let table = |language: Language| -> toml::Table {
            let _ = words(language);
            let text = match language {
                Language::English => include_str!("../../mails/words.en.toml"),
                Language::German => include_str!("../../mails/words.de.toml"),
                Language::French => include_str!("../../mails/words.fr.toml"),
            };
            text.parse().unwrap()
        };
        let english = table(Language::English);
        for language in Language::ALL {
            let other = table(language);
            for section in ["request", "receipt"] {
                for (key, text) in english[section].as_table().unwrap() {
                    let translated = other[section][key].as_str().unwrap();
                    assert_eq!(placeholders(text.as_str().unwrap()), placeholders(translated), "{language} {key}");
                    assert!(!translated.trim().is_empty(), "{language} {key}");
                }
            }
        }
    }

    #[test]
    fn values_that_look_like_names_are_left_alone() {
        assert_eq!(fill("{a} and {b}.", &[("a", "{b}"), ("b", "2")]), "{b} and 2.");
        assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
    }
}
