//! What to say to a malware scanner, and what its answer is worth.
//!
//! Sans-I/O: bytes to send, bytes received. The two protocols are clamd's `INSTREAM` (man page clamd(8)) and ICAP's
//! `RESPMOD` (RFC 3507). Scanners fail open: an answer that is not understood in full is [`Answer::Unclear`], never clean.

pub mod clamd;
pub mod icap;
pub mod sample;

/// What a scanner said of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was found. Worth something only below the size up to which the scanner was seen to find.
    NothingFound,
    /// Found, under the scanner's name for it: at most [`NAME_LIMIT`] characters, printable ASCII.
    Found(String),
    /// The scanner says itself that it did not look at everything.
    Skipped(Skipped),
    /// It complained, or answered something that is neither yes nor no.
    Unclear,
}

/// What a scanner did not look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// Larger than a limit of the scanner: of a stream, of a member, of a nesting.
    BeyondLimits,
    /// Encrypted: nobody without the password can look.
    Encrypted,
}

/// Most characters of a finding's name that are kept.
pub const NAME_LIMIT: usize = 120;

/// A scanner's own text, safe to show: it may have been built from the file.
fn name(text: &str) -> String {
    let shown: String = text.chars().filter(char::is_ascii_graphic).take(NAME_LIMIT).collect();
    if shown.is_empty() { "unnamed".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(name("Win.Test.EICAR_HDB-1"), "Win.Test.EICAR_HDB-1");
        assert_eq!(name("<\u{1b}[31m evil\n>"), "<[31mevil>");
        assert_eq!(name("\u{0}\u{7f}"), "unnamed");
        assert_eq!(name(&"x".repeat(5_000)).len(), NAME_LIMIT);
    }
}
