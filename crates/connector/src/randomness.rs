//! The only place that draws random bytes.
//!
//! Everything else is handed a [`Randomness`]; a test hands over a seeded one and gets the same ids every time.
//!
//! Invariants: a seeded source exists in test builds of this crate and in callers that name it; `casegate serve` draws
//! from the operating system only.

use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

/// Where random bytes come from. Clones share one source.
#[derive(Clone)]
pub struct Randomness(Source);

#[derive(Clone)]
enum Source {
    OperatingSystem,
    Seeded(Arc<Mutex<Counter>>),
}

struct Counter {
    seed: u64,
    block: u64,
}

impl Randomness {
    pub fn system() -> Self {
        Self(Source::OperatingSystem)
    }

    /// The same bytes for the same seed and the same order of calls: for tests and reproductions, never for keys.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(Counter { seed, block: 0 }))))
    }

    pub fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::OperatingSystem => draw(out),
            Source::Seeded(counter) => {
                let mut counter = counter.lock().expect("no holder of the seeded counter panics");
                for chunk in out.chunks_mut(32) {
                    let mut hash = Sha256::new();
                    hash.update(counter.seed.to_le_bytes());
                    hash.update(counter.block.to_le_bytes());
                    counter.block += 1;
                    chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
                }
            }
        }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that draws random bytes")]
fn draw(out: &mut [u8]) {
    getrandom::fill(out).expect("the operating system has a random source: without it no key may be made");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_bytes_differ_each_time() {
        let randomness = Randomness::system();
        assert_ne!(randomness.bytes::<32>(), randomness.bytes::<32>());
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_in_the_same_order() {
        let (one, two) = (Randomness::seeded(7), Randomness::seeded(7));
        assert_eq!(one.bytes::<80>(), two.bytes::<80>());
        assert_ne!(one.bytes::<16>(), Randomness::seeded(8).bytes::<16>());
        assert_ne!(one.bytes::<16>(), one.clone().bytes::<16>(), "clones share one source");
    }
}
