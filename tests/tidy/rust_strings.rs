//! The string literals of a Rust file, as the compiler would read them: enough of a lexer to tell them from comments and
//! characters.

/// One literal.
pub struct Literal {
    /// 1 is the first.
    pub line: usize,
    /// What stands before it on its line, to tell a lint's reason from a sentence of the program.
    pub before: String,
    /// Escapes resolved, continued lines joined.
    pub text: String,
}

pub fn literals(source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let characters: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut line_start) = (0, 1, 0);
    while let Some(&character) = characters.get(at) {
        match character {
            '\n' => {
                line += 1;
                line_start = at + 1;
                at += 1;
            }
            '/' if characters.get(at + 1) == Some(&'/') => {
                while characters.get(at).is_some_and(|character| *character != '\n') {
                    at += 1;
                }
            }
            // A character, not a lifetime: it closes after one character or one escape.
            '\'' if characters.get(at + 1) == Some(&'\\') => {
                at += 3;
                while characters.get(at).is_some_and(|character| *character != '\'') {
                    at += 1;
                }
                at += 1;
            }
            '\'' if characters.get(at + 2) == Some(&'\'') => at += 3,
            '"' => {
                let before = characters[line_start..at].iter().collect();
                let hashes = hashes_before(&characters, at);
                let (text, end) = if let Some(hashes) = hashes {
                    raw(&characters, at + 1, hashes)
                } else {
                    escaped(&characters, at + 1)
                };
                found.push(Literal { line, before, text });
                line += characters[at..end].iter().filter(|character| **character == '\n').count();
                if let Some(newline) = characters[at..end].iter().rposition(|character| *character == '\n') {
                    line_start = at + newline + 1;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// `Some` for a raw string, with its number of `#`.
fn hashes_before(characters: &[char], quote: usize) -> Option<usize> {
    let hashes = characters[..quote].iter().rev().take_while(|character| **character == '#').count();
    (quote > hashes && characters[quote - hashes - 1] == 'r').then_some(hashes)
}

fn raw(characters: &[char], start: usize, hashes: usize) -> (String, usize) {
    let closes = |at: usize| {
        characters[at] == '"'
            && characters[at + 1..].iter().take_while(|character| **character == '#').count() >= hashes
    };
    let end = (start..characters.len()).find(|at| closes(*at)).unwrap_or(characters.len());
    (characters[start..end].iter().collect(), (end + 1 + hashes).min(characters.len()))
}

fn escaped(characters: &[char], start: usize) -> (String, usize) {
    let mut text = String::new();
    let mut at = start;
    while let Some(&character) = characters.get(at) {
        at += 1;
        match character {
            '"' => break,
            '\\' => match characters.get(at) {
                Some('\n') => {
                    while characters.get(at).is_some_and(|character| character.is_whitespace()) {
                        at += 1;
                    }
                }
                Some(letter) => {
                    text.push(match letter {
                        'n' | 'r' | 't' => ' ',
                        other => *other,
                    });
                    at += 1;
                }
                None => break,
            },
            other => text.push(other),
        }
    }
    (text, at)
}

#[test]
fn literals_are_told_from_comments_and_characters() {
    let source =
        "// \"no\"\nlet a = '\"'; f(\"one \\\n    two\", r#\"a \"raw\" one\"#); let s: &'static str = \"th\\\"ree\";";
    let texts: Vec<String> = literals(source).into_iter().map(|literal| literal.text).collect();
    assert_eq!(texts, ["one two", "a \"raw\" one", "th\"ree"]);
}
