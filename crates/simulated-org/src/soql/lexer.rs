//! SOQL text into tokens.
//!
//! Format: string escapes are `\' \" \\ \n \r \t \b \f \_ \% \uXXXX`; any other escape is an error.

use super::malformed;
use crate::refused::Refused;

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    Word(String),
    /// Contents with escapes resolved. `\_` and `\%` keep their backslash: only `LIKE` gives them meaning.
    Text(String),
    /// Anything that starts with a digit or a sign: a number, a date or a date and time.
    Figure(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 12] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", ":"];

pub fn tokens(text: &str) -> Result<Vec<Token>, Refused> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if next.is_whitespace() {
            next.len_utf8()
        } else if next == '\'' {
            let (contents, length) = string(text, at)?;
            tokens.push(Token { kind: TokenKind::Text(contents), at });
            length
        } else if next.is_ascii_alphabetic() {
            let length = span(rest, |character| character.is_ascii_alphanumeric() || character == '_');
            tokens.push(Token { kind: TokenKind::Word(rest[..length].to_owned()), at });
            length
        } else if next.is_ascii_digit() || matches!(next, '-' | '+') {
            let length = span(rest, |character| character.is_ascii_alphanumeric() || "+-:.".contains(character));
            tokens.push(Token { kind: TokenKind::Figure(rest[..length].to_owned()), at });
            length
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push(Token { kind: TokenKind::Sign(sign), at });
            sign.len()
        } else {
            return Err(malformed(text, at, &format!("unexpected token: '{next}'")));
        };
        at += length;
    }
    tokens.push(Token { kind: TokenKind::End, at: text.len() });
    Ok(tokens)
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

/// Reads a quoted string that starts at `start`; returns its contents and its length with both quotes.
fn string(text: &str, start: usize) -> Result<(String, usize), Refused> {
    let mut contents = String::new();
    let mut characters = text[start + 1..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\'' => return Ok((contents, offset + 2)),
            '\\' => {
                let escape = characters.next().map(|(_, escape)| escape);
                match escape {
                    Some(quoted @ ('\'' | '"' | '\\')) => contents.push(quoted),
                    Some('n' | 'N') => contents.push('\n'),
                    Some('r' | 'R') => contents.push('\r'),
                    Some('t' | 'T') => contents.push('\t'),
                    Some('b' | 'B') => contents.push('\u{8}'),
                    Some('f' | 'F') => contents.push('\u{c}'),
                    Some(wildcard @ ('_' | '%')) => contents.extend(['\\', wildcard]),
                    Some('u') => {
                        let digits: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        contents.push(code.ok_or_else(|| illegal_escape(text, start))?);
                    }
                    _ => return Err(illegal_escape(text, start)),
                }
            }
            '\n' | '\r' => return Err(malformed(text, start, "Invalid string literal: line break in string literal")),
            other => contents.push(other),
        }
    }
    Err(malformed(text, start, "unterminated string literal"))
}

fn illegal_escape(text: &str, at: usize) -> Refused {
    malformed(text, at, "Invalid string literal: illegal character sequence in string literal")
}
