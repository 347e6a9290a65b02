//! A part of the Org that a deploy replaces: the newest version counts, and older ones stay for whoever still reads them.
//!
//! Invariants: versions are only ever added, so a reference stays good for as long as the Org lives.

use std::ops::Deref;
use std::sync::OnceLock;

pub struct Versioned<T> {
    value: T,
    newer: OnceLock<Box<Versioned<T>>>,
}

impl<T> Versioned<T> {
    pub fn new(value: T) -> Self {
        Self { value, newer: OnceLock::new() }
    }

    fn newest(&self) -> &Self {
        let mut at = self;
        while let Some(newer) = at.newer.get() {
            at = newer;
        }
        at
    }

    /// From now on this is the value. Of two at the same time both are kept, and the later one counts.
    pub fn replace(&self, value: T) {
        let mut waiting = Box::new(Self::new(value));
        while let Err(back) = self.newest().newer.set(waiting) {
            waiting = back;
        }
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.newest().value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_counts_and_the_older_ones_stay() {
        let versioned = Versioned::new("one".to_owned());
        let one: &str = &versioned;
        versioned.replace("two".to_owned());
        versioned.replace("three".to_owned());
        assert_eq!((one, versioned.as_str()), ("one", "three"));
    }
}
