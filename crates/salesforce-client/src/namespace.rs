//! Our package's namespace, put on every name that leaves and taken off every name that arrives.
//!
//! The rest of the product says `FileRequest__c`; only this file knows that an Org may call it `casegate__FileRequest__c`.
//! A name that already has a namespace is somebody else's and stays. `c__Name__c` means the Org's own `Name__c`.

use serde_json::{Map, Value};

use crate::settings::SettingsError;

const SUFFIXES: [&str; 4] = ["__c", "__e", "__r", "__mdt"];

#[derive(Clone, Default)]
pub(crate) struct Namespace {
    /// With its two underscores; empty when there is no namespace.
    prefix: String,
}

impl Namespace {
    pub(crate) fn new(prefix: Option<&str>) -> Result<Self, SettingsError> {
        let Some(name) = prefix.filter(|name| !name.is_empty()) else { return Ok(Self::default()) };
        let well_formed = name.len() <= 15
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
            && !name.contains("__")
            && !name.ends_with('_');
        if well_formed {
            Ok(Self { prefix: format!("{name}__") })
        } else {
            Err(SettingsError::NamespacePrefix(name.to_owned()))
        }
    }

    /// One object, field or relationship name, as the Org spells it.
    pub(crate) fn apply(&self, name: &str) -> String {
        let Some(stem) = stem(name) else { return name.to_owned() };
        if let Some(theirs) = stem.strip_prefix("c__") {
            return format!("{theirs}{}", &name[stem.len()..]);
        }
        if stem.contains("__") { name.to_owned() } else { format!("{}{name}", self.prefix) }
    }

    /// Back to how the product spells it.
    pub(crate) fn strip<'a>(&self, name: &'a str) -> &'a str {
        if self.prefix.is_empty() || stem(name).is_none() {
            return name;
        }
        match name.split_at_checked(self.prefix.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(&self.prefix) => rest,
            _ => name,
        }
    }

    /// Every name in a SOQL text; literals are left alone.
    pub(crate) fn apply_to_soql(&self, soql: &str) -> String {
        let mut out = String::with_capacity(soql.len() + 64);
        let mut rest = soql;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\'' => literal_length(rest),
                _ if is_name_character(first) => rest.find(|c| !is_name_character(c)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            let (token, tail) = rest.split_at(length);
            if is_name_character(first) {
                out.push_str(&self.apply(token));
            } else {
                out.push_str(token);
            }
            rest = tail;
        }
        out
    }

    /// Every key of a record body, nested references included.
    pub(crate) fn apply_to_fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        fields.into_iter().map(|(name, value)| (self.apply(&name), self.apply_to_value(value))).collect()
    }

    fn apply_to_value(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.apply_to_fields(fields)),
            other => other,
        }
    }

    /// Every key of an answer, nested records and the record's type included.
    pub(crate) fn strip_value(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.strip_fields(fields)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.strip_value(item)).collect()),
            other => other,
        }
    }

    pub(crate) fn strip_fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        if self.prefix.is_empty() {
            return fields;
        }
        let (ours, theirs): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| self.strip(name).len() < name.len());
        // Ours last: where an Org has a field of its own with the same name, ours is the one the product means.
        theirs
            .into_iter()
            .chain(ours)
            .map(|(name, value)| {
                let value = match value {
                    Value::Object(mut attributes) if name == "attributes" => {
                        if let Some(Value::String(kind)) = attributes.get_mut("type") {
                            *kind = self.strip(kind).to_owned();
                        }
                        Value::Object(attributes)
                    }
                    other => self.strip_value(other),
                };
                (self.strip(&name).to_owned(), value)
            })
            .collect()
    }
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The name without its custom suffix; `None` for a standard name.
fn stem(name: &str) -> Option<&str> {
    SUFFIXES.iter().find_map(|suffix| {
        let (stem, tail) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
        (!stem.is_empty() && tail.eq_ignore_ascii_case(suffix)).then_some(stem)
    })
}

/// From an opening quote to just past its closing one.
fn literal_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn casegate() -> Namespace {
        Namespace::new(Some("casegate")).unwrap()
    }

    #[test]
    fn our_names_get_the_namespace_and_others_keep_theirs() {
        let ns = casegate();
        assert_eq!(ns.apply("FileRequest__c"), "casegate__FileRequest__c");
        assert_eq!(ns.apply("CaseFileEvent__e"), "casegate__CaseFileEvent__e");
        assert_eq!(ns.apply("FileRequest__r"), "casegate__FileRequest__r");
        assert_eq!(ns.apply("Case"), "Case");
        assert_eq!(ns.apply("other__Thing__c"), "other__Thing__c");
        assert_eq!(ns.apply("c__Language__c"), "Language__c");
        assert_eq!(Namespace::default().apply("FileRequest__c"), "FileRequest__c");
        assert_eq!(Namespace::default().apply("c__Language__c"), "Language__c");
    }

    #[test]
    fn soql_names_are_changed_and_literals_are_not() {
        assert_eq!(
            casegate().apply_to_soql(r"SELECT Id,ExternalId__c, Case__r.CaseNumber FROM FileRequest__c WHERE Name='it\'s State__c' AND State__c IN ('a__c')"),
            r"SELECT Id,casegate__ExternalId__c, casegate__Case__r.CaseNumber FROM casegate__FileRequest__c WHERE Name='it\'s State__c' AND casegate__State__c IN ('a__c')"
        );
        let plain = "SELECT Id FROM Case WHERE Subject = 'ünterminated";
        assert_eq!(casegate().apply_to_soql(plain), plain);
    }

    #[test]
    fn answers_read_as_if_there_were_no_namespace() {
        let answer = json!({
            "attributes": {"type": "casegate__SecureFile__c", "url": "/services/data/v67.0/sobjects/casegate__SecureFile__c/a01"},
            "casegate__FileName__c": "casegate__x__c",
            "FileName__c": "theirs",
            "casegate__FileRequest__r": {"attributes": {"type": "casegate__FileRequest__c"}, "casegate__State__c": "Open"},
        });
        assert_eq!(
            casegate().strip_value(answer),
            json!({
                "attributes": {"type": "SecureFile__c", "url": "/services/data/v67.0/sobjects/casegate__SecureFile__c/a01"},
                "FileName__c": "casegate__x__c",
                "FileRequest__r": {"attributes": {"type": "FileRequest__c"}, "State__c": "Open"},
            })
        );
    }

    #[test]
    fn only_salesforce_namespaces_are_accepted() {
        for bad in ["1x", "a__b", "a_", "a-b", "sixteencharacter", "ä"] {
            assert!(Namespace::new(Some(bad)).is_err(), "{bad}");
        }
        assert!(Namespace::new(Some("")).unwrap().prefix.is_empty());
    }
}
