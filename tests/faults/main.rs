//! What the outside world may do to us at the worst moment, and what is true afterwards.

#![expect(clippy::unwrap_used, reason = "what is missing fails the story, with its place")]

mod asking;
mod attaching;
mod mailing;
mod matrix;
