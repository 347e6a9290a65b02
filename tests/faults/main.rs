//! What the outside world may do to us at the worst moment, and what is true afterwards.

mod attaching;
mod mailing;
