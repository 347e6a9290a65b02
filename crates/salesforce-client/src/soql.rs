//! Values inside a SOQL text: the only way anything a person typed may enter a query.

use crate::{instant, record_id::RecordId};

/// A quoted text literal.
pub fn text(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for character in value.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\'' => literal.push_str("\\'"),
            '"' => literal.push_str("\\\""),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\u{8}' => literal.push_str("\\b"),
            '\u{c}' => literal.push_str("\\f"),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

/// A list for `IN`: `('a','b')`. SOQL has no empty list, so an empty slice becomes one empty text, which no id equals.
pub fn texts<T: AsRef<str>>(values: &[T]) -> String {
    if values.is_empty() {
        return "('')".to_owned();
    }
    let literals: Vec<String> = values.iter().map(|value| text(value.as_ref())).collect();
    format!("({})", literals.join(","))
}

/// A list of ids for `IN`.
pub fn ids(values: &[RecordId]) -> String {
    texts(&values.iter().map(RecordId::as_str).collect::<Vec<_>>())
}

/// An unquoted datetime literal.
pub fn datetime(epoch_millis: i64) -> String {
    instant::format(epoch_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_or_backslash_never_ends_the_literal() {
        assert_eq!(text("O'Hara"), r"'O\'Hara'");
        assert_eq!(text(r"a\' OR Id != '"), r"'a\\\' OR Id != \''");
        assert_eq!(text("line\nbreak\t\"x\""), r#"'line\nbreak\t\"x\"'"#);
    }

    #[test]
    fn lists_are_bracketed_and_never_empty() {
        assert_eq!(texts::<&str>(&[]), "('')");
        assert_eq!(texts(&["a", "b'"]), r"('a','b\'')");
    }

    proptest::proptest! {
        #[test]
        fn every_literal_reads_back_to_its_value(value in ".*") {
            let literal = text(&value);
            let mut read = String::new();
            let mut characters = literal[1..literal.len() - 1].chars();
            while let Some(character) = characters.next() {
                proptest::prop_assert_ne!(character, '\'');
                read.push(match character {
                    '\\' => match characters.next().unwrap() { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\u{8}', 'f' => '\u{c}', other => other },
                    other => other,
                });
            }
            proptest::prop_assert_eq!(read, value);
        }
    }
}
