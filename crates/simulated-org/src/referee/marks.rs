//! Texts that must not show up, in every dress they could come in.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

/// Cheap to clone: requests take a copy each.
#[derive(Clone, Debug, Default)]
pub struct Marks(Arc<Vec<(String, Vec<u8>)>>);

impl Marks {
    /// The text as it is, in hexadecimal, and as base64 shows it at each of its three alignments.
    pub fn of(name: &str, text: &str) -> Self {
        let mut dresses = vec![text.as_bytes().to_vec(), hex::encode(text).into_bytes()];
        for shift in 0..3 {
            let padded = format!("{}{text}", "x".repeat(shift));
            let encoded = STANDARD_NO_PAD.encode(padded);
            // The first and the last few characters also depend on what stands beside the text.
            if encoded.len() > 16 {
                dresses.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
            }
        }
        let known = dresses.into_iter().filter(|dress| dress.len() > 7);
        Self(Arc::new(known.map(|dress| (name.to_owned(), dress)).collect()))
    }

    pub fn extend(&mut self, more: Self) {
        let all = self.0.iter().chain(more.0.iter()).cloned().collect();
        self.0 = Arc::new(all);
    }

    /// Names of those that stand in `bytes`, each once.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, dress) in self.0.iter() {
            if !names.contains(name) && memmem::find(bytes, dress).is_some() {
                names.push(name.clone());
            }
        }
        names
    }

    /// How much of the end of a piece may be the beginning of a mark.
    pub fn longest(&self) -> usize {
        self.0.iter().map(|(_, dress)| dress.len()).max().unwrap_or_default()
    }
}
