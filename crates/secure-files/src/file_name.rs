//! What a customer named a file, and how we show it.
//!
//! Invariants: what is shown has no control, direction or invisible character, no path, at most 255 bytes, and is never
//! empty. Nothing here ever becomes a path or an object name.
//!
//! Format: RFC 6266 and RFC 8187 for `Content-Disposition`.

use std::fmt::Write;

use crate::Refusal;

/// The longest name that is taken, bytes.
const LONGEST_RAW: usize = 1_024;
const LONGEST_SHOWN: usize = 255;
/// With its dot; what is longer is cut like the rest of the name.
const LONGEST_EXTENSION: usize = 33;

/// A name as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Takes any text of at most 1,024 bytes.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        if raw.len() > LONGEST_RAW {
            return Err(Refusal::InvalidRequest { field: "filename", reason: "it is longer than 1,024 bytes" });
        }
        Ok(Self(raw.to_owned()))
    }

    /// As it arrived.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// As people see it: the last component of whatever path it came with.
    pub fn shown(&self) -> String {
        shown_component(self.0.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default())
    }

    /// The last extension of the shown name, without dot.
    pub fn extension(&self) -> Option<String> {
        let shown = self.shown();
        let (stem, extension) = shown.rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_owned())
    }
}

/// The folders a file came in and its name, each made fit to be shown, joined by `/`.
pub fn shown_path(raw: &str) -> String {
    let parts: Vec<_> = raw
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && !matches!(*part, "." | ".."))
        .map(shown_component)
        .collect();
    let path = parts.join("/");
    let mut shown = path.as_str();
    while shown.len() > LONGEST_RAW
        && let Some((_, inner)) = shown.split_once('/')
    {
        shown = inner;
    }
    if shown.is_empty() { "file".to_owned() } else { shown.to_owned() }
}

fn is_dropped(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn shown_component(component: &str) -> String {
    let visible: String = component.chars().filter(|letter| !is_dropped(*letter)).collect();
    let without_drive = match visible.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &visible[2..],
        _ => &visible,
    };
    let replaced: String = without_drive
        .chars()
        .map(|letter| if matches!(letter, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '/' | '\\') { '_' } else { letter })
        .collect();
    let trimmed = replaced.trim_matches(is_trimmed);
    if trimmed.is_empty() {
        return "file".to_owned();
    }
    // Cutting can bare a device's name ("CON", many spaces, a rest), and the mark can make the name too long again.
    cut(&marked(&cut(&marked(trimmed))))
}

fn is_trimmed(letter: char) -> bool {
    letter == '.' || letter.is_whitespace()
}

fn marked(name: &str) -> String {
    if is_device(name) { format!("_{name}") } else { name.to_owned() }
}

/// Names that Windows keeps for itself, whatever the extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).is_some_and(|number| {
            matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
}

/// Cuts the stem, so that the extension stays.
fn cut(name: &str) -> String {
    let (stem, extension) = parts(name);
    with_ending(stem, extension)
}

/// The stem and its extension with the dot. A longer "extension" is no more than the rest of a sentence.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= LONGEST_EXTENSION => name.split_at(dot),
        _ => (name, ""),
    }
}

fn with_ending(stem: &str, ending: &str) -> String {
    let room = LONGEST_SHOWN - ending.len();
    if stem.len() <= room {
        return format!("{stem}{ending}");
    }
    format!("{}{ending}", stem[..stem.floor_char_boundary(room)].trim_end_matches(is_trimmed))
}

/// `name`, or `name (2).ext`, … : the first that is not taken.
pub fn unique_among(shown: &str, mut is_taken: impl FnMut(&str) -> bool) -> String {
    let (stem, extension) = parts(shown);
    let mut name = shown.to_owned();
    let mut number = 1_u64;
    while is_taken(&name) {
        number += 1;
        name = with_ending(stem, &format!(" ({number}){extension}"));
    }
    name
}

/// The header value that saves a file under its shown name, never opens it in the page.
pub fn content_disposition(shown: &str) -> String {
    let fallback: String = shown
        .chars()
        .map(|letter| match letter {
            ' '..='~' if !matches!(letter, '"' | '\\' | '%') => letter,
            _ => '_',
        })
        .collect();
    let mut encoded = String::with_capacity(shown.len() * 3);
    for byte in shown.bytes() {
        // attr-char of RFC 8187, section 3.2.1.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes whatever is written to it");
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(raw: &str) -> String {
        FileName::parse(raw).unwrap().shown()
    }

    #[test]
    fn names_lose_what_could_deceive_or_escape() {
        for (raw, expected) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\core.dmp", "core.dmp"),
            ("C:boot.ini", "boot.ini"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
            ("  .hidden ", "hidden"),
            ("trailing...", "trailing"),
            ("NUL", "_NUL"),
            ("com7.txt", "_com7.txt"),
            ("LPT² .txt", "_LPT² .txt"),
            ("conin$", "_conin$"),
            (". \u{a0}. x .\u{3000}", "x"),
            ("tag\u{e0041}ged", "tagged"),
            ("company.txt", "company.txt"),
            ("", "file"),
            ("...", "file"),
            ("/", "file"),
            ("Bericht Größe 東京.log", "Bericht Größe 東京.log"),
            ("zero\u{200b}width.txt", "zerowidth.txt"),
        ] {
            assert_eq!(shown(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = shown(&format!("{}.tar", "ä".repeat(400)));
        assert!(name.len() <= 255 && name.ends_with("ä.tar"));
        assert!(FileName::parse(&"x".repeat(1_025)).is_err());
    }

    #[test]
    fn a_taken_name_is_counted_up() {
        let taken = ["a.log", "a (2).log", "b"];
        let unique = |name: &str| unique_among(name, |name| taken.contains(&name));
        assert_eq!(unique("c.log"), "c.log");
        assert_eq!(unique("a.log"), "a (3).log");
        assert_eq!(unique("b"), "b (2)");
        let long = format!("{}.log", "y".repeat(251));
        assert!(unique_among(&long, |name| name == long).len() <= 255);
    }

    #[test]
    fn folders_stay_readable_and_harmless() {
        assert_eq!(shown_path("logs/app/../a.txt"), "logs/app/a.txt");
        assert_eq!(shown_path("..\\..\\x"), "x");
        assert_eq!(shown_path("//"), "file");
    }

    /// RFC 8187 the other way round, independent of the writer.
    fn decode(value: &str) -> String {
        let encoded = value.split_once("filename*=UTF-8''").unwrap().1;
        let mut bytes = Vec::new();
        let mut rest = encoded.as_bytes();
        while let [first, tail @ ..] = rest {
            if *first == b'%' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            } else {
                bytes.push(*first);
                rest = tail;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn cutting_never_makes_a_name_that_would_not_be_shown() {
        let device = shown(&format!("CON{}x.pdf", " ".repeat(300)));
        assert_eq!(device, "_CON.pdf");
        let dotted = shown(&format!("{}.{}", "a".repeat(254), "b".repeat(40)));
        assert_eq!(dotted, "a".repeat(254));
        let long_extension = format!("a.{}", "x".repeat(253));
        let unique = unique_among(&long_extension, |name| name == long_extension);
        assert!(unique.len() <= 255 && unique.starts_with("a."), "{unique}");
    }

    /// Letters that deceive, escape or cut badly come up as often as all others together.
    fn any_name() -> impl Strategy<Value = String> {
        let nasty: Vec<char> =
            "./\\: \t\r\n\0\"%;'*CONUL1aé東\u{1f600}\u{a0}\u{200b}\u{202e}\u{2066}\u{feff}".chars().collect();
        prop::collection::vec(prop_oneof![prop::sample::select(nasty), any::<char>()], 0..300)
            .prop_map(|letters| letters.into_iter().collect::<String>())
            .prop_filter("taken at all", |name| name.len() <= LONGEST_RAW)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_shown_is_shown_the_same_again(raw in any_name()) {
            let name = shown(&raw);
            prop_assert_eq!(shown(&name), name);
        }

        #[test]
        fn a_name_made_unique_could_have_been_shown(raw in any_name(), taken in 1_usize..12) {
            let name = shown(&raw);
            let mut asked = 0;
            let unique = unique_among(&name, |_| { asked += 1; asked <= taken });
            prop_assert_ne!(&unique, &name);
            prop_assert_eq!(shown(&unique), unique);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_name_the_header_is_one_line_and_reads_back(raw in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
            let name = shown(&raw);
            prop_assert!(!name.is_empty() && name.len() <= 255);
            prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']));
            let value = content_disposition(&name);
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(value.matches('"').count(), 2);
            prop_assert_eq!(decode(&value), name);
        }
    }
}
