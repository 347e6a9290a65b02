//! What a request accepts, for how long its link lives, and how long its files are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ConsentWording, FileName, Refusal, RetentionPolicy};

/// The policy of one request, fixed when the request is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Largest file, bytes; none: any size.
    pub max_file_bytes: Option<u64>,
    /// Extensions without dot; empty: every kind.
    pub accepted_extensions: Vec<String>,
    /// Lifetime of the links.
    pub link_lifetime_hours: u32,
    /// How long files are kept.
    pub retention_days: u32,
    /// Most files; none: any number.
    pub max_files: Option<u32>,
    /// What the customer has to agree to first, if anything.
    pub consent: Option<ConsentWording>,
}

impl Policy {
    /// Whether a file of that name and size may be sent. A size at the limit may.
    pub fn accepts(&self, name: &FileName, size_bytes: u64) -> Result<(), Refusal> {
        if let Some(limit_bytes) = self.max_file_bytes
            && size_bytes > limit_bytes
        {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        let extension = name.extension().unwrap_or_default();
        let accepted = &self.accepted_extensions;
        if accepted.is_empty() || accepted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&extension)) {
            Ok(())
        } else {
            Err(Refusal::TypeNotAccepted { accepted: accepted.clone() })
        }
    }

    /// Lifetime of the links.
    pub fn link_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.link_lifetime_hours) * 3_600)
    }

    /// How long files are kept.
    pub fn retention(&self) -> RetentionPolicy {
        RetentionPolicy { days: self.retention_days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            max_file_bytes: Some(100),
            accepted_extensions: vec!["pdf".to_owned(), "log".to_owned()],
            link_lifetime_hours: 336,
            retention_days: 30,
            max_files: None,
            consent: None,
        }
    }

    #[test]
    fn size_and_last_extension_decide() {
        let name = |text: &str| FileName::parse(text).unwrap();
        let policy = policy();
        for (text, size) in [("a.pdf", 100), ("A.PDF", 0), ("x.exe.log", 1)] {
            assert_eq!(policy.accepts(&name(text), size), Ok(()), "{text}");
        }
        assert_eq!(policy.accepts(&name("a.pdf"), 101), Err(Refusal::TooLarge { limit_bytes: 100 }));
        for text in ["a.pdf.exe", "pdf", "a.", ".pdf.", "a.pdf\u{202e}exe"] {
            assert!(matches!(policy.accepts(&name(text), 1), Err(Refusal::TypeNotAccepted { .. })), "{text}");
        }
        let any = Policy { accepted_extensions: vec![], max_file_bytes: None, ..policy };
        assert_eq!(any.accepts(&name("anything"), u64::MAX), Ok(()));
    }
}
