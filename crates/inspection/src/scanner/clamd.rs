//! clamd's `INSTREAM`: length-prefixed chunks, an empty one, and one answer that ends in a zero byte.
//!
//! Source: man page clamd(8). Names of what was only *not looked at* begin with `Heuristics.` when `AlertExceedsMax` and
//! `AlertEncrypted` are on (clamd.conf(5)): they are no findings.

use super::{Answer, Skipped, name};

/// Begins a stream. The `z` asks for answers that end in a zero byte.
pub const BEGIN: &[u8] = b"zINSTREAM\0";
/// Ends a stream.
pub const END: &[u8] = &[0; 4];
/// Asks for engine and signatures.
pub const VERSION: &[u8] = b"zVERSION\0";

/// Longest answer that is read, bytes.
const LONGEST: usize = 4_096;

/// What goes before a chunk, which must not be empty: an empty one ends the stream.
///
/// # Panics
/// Never for chunks below 4 GiB.
pub fn chunk_head(length: u32) -> [u8; 4] {
    length.to_be_bytes()
}

/// The text of the answer in what was received so far; `None` while it is incomplete.
///
/// # Errors
/// [`Endless`] when more was received than any answer has.
pub fn complete(received: &[u8]) -> Result<Option<String>, Endless> {
    match received.iter().position(|byte| *byte == 0) {
        Some(end) if end <= LONGEST => Ok(Some(String::from_utf8_lossy(&received[..end]).trim().to_owned())),
        None if received.len() <= LONGEST => Ok(None),
        _ => Err(Endless),
    }
}

/// More than any answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless;

/// What the text of an answer to `INSTREAM` says.
pub fn read(answer: &str) -> Answer {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Answer::NothingFound;
    }
    if said.ends_with("size limit exceeded. ERROR") {
        return Answer::Skipped(Skipped::BeyondLimits);
    }
    match said.strip_suffix(" FOUND") {
        Some(found) if found.starts_with("Heuristics.Limits.Exceeded") => Answer::Skipped(Skipped::BeyondLimits),
        Some(found) if found.starts_with("Heuristics.Encrypted") => Answer::Skipped(Skipped::Encrypted),
        Some(found) => Answer::Found(name(found)),
        None => Answer::Unclear,
    }
}

/// Engine and signatures, from the answer to [`VERSION`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// `ClamAV 1.4.6`.
    pub engine: String,
    /// Number of the daily signatures, and when they were made: `Sat Nov 21 09:12:44 2026`, in the time zone of their
    /// maker. `None` where there are only signatures of the operator's own.
    pub signatures: Option<(String, String)>,
}

/// Reads `ClamAV 1.4.6/27500/Sat Nov 21 09:12:44 2026`, or `ClamAV 1.4.6`.
pub fn version(answer: &str) -> Option<Version> {
    let mut parts = answer.splitn(3, '/');
    let engine = parts.next().filter(|engine| engine.starts_with("ClamAV "))?;
    let signatures = match (parts.next(), parts.next()) {
        (Some(number), Some(made)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((name(number), made.trim().to_owned()))
        }
        _ => None,
    };
    Some(Version { engine: engine.trim().to_owned(), signatures })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_ok_means_that_nothing_was_found() {
        for (answer, meaning) in [
            ("stream: OK", Answer::NothingFound),
            ("stream: Eicar-Test-Signature FOUND", Answer::Found("Eicar-Test-Signature".to_owned())),
            ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Answer::Skipped(Skipped::BeyondLimits)),
            ("stream: Heuristics.Encrypted.Zip FOUND", Answer::Skipped(Skipped::Encrypted)),
            ("INSTREAM size limit exceeded. ERROR", Answer::Skipped(Skipped::BeyondLimits)),
            ("stream: Can't allocate memory ERROR", Answer::Unclear),
            ("COMMAND READ TIMED OUT", Answer::Unclear),
            ("stream: OKAY", Answer::Unclear),
            ("", Answer::Unclear),
        ] {
            assert_eq!(read(answer), meaning, "{answer}");
        }
    }

    #[test]
    fn an_answer_ends_in_a_zero_byte_and_is_not_endless() {
        assert_eq!(complete(b"stream: O"), Ok(None));
        assert_eq!(complete(b"stream: OK\0"), Ok(Some("stream: OK".to_owned())));
        assert_eq!(complete(&[b'x'; 5_000]), Err(Endless));
    }

    #[test]
    fn the_age_of_signatures_is_told_where_there_are_any() {
        assert_eq!(
            version("ClamAV 1.4.6/27500/Sat Nov 21 09:12:44 2026"),
            Some(Version {
                engine: "ClamAV 1.4.6".to_owned(),
                signatures: Some(("27500".to_owned(), "Sat Nov 21 09:12:44 2026".to_owned())),
            })
        );
        assert_eq!(version("ClamAV 1.4.6").unwrap().signatures, None);
        assert_eq!(version("UNKNOWN COMMAND"), None);
    }
}
