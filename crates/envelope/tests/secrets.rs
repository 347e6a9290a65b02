//! What holds a secret can neither show itself nor be copied; the encryptor least of all.

use std::fmt::{Debug, Display};
use std::marker::PhantomData;

use envelope::{FileIdentity, FileKey, Identity, Keyring, Opener, RangeOpener, RangeReader, Recipient, Sealer};

struct Probe<T>(PhantomData<T>);

/// Found only where the inherent constant of the same name is missing, that is, where `T` lacks the trait.
trait Lacks {
    const SHOWS_DEBUG: bool = false;
    const SHOWS_DISPLAY: bool = false;
    const CLONES: bool = false;
    const DESERIALIZES: bool = false;
    const SERIALIZES: bool = false;
    const HAS_DEFAULT: bool = false;
}
impl<T> Lacks for Probe<T> {}
impl<T: Debug> Probe<T> {
    const SHOWS_DEBUG: bool = true;
}
impl<T: Display> Probe<T> {
    const SHOWS_DISPLAY: bool = true;
}
impl<T: Clone> Probe<T> {
    const CLONES: bool = true;
}
impl<T: serde::Serialize> Probe<T> {
    const SERIALIZES: bool = true;
}
impl<T: serde::de::DeserializeOwned> Probe<T> {
    const DESERIALIZES: bool = true;
}
impl<T: Default> Probe<T> {
    const HAS_DEFAULT: bool = true;
}

macro_rules! keeps_to_itself {
    ($($secret:ty),*) => {$(
        const _: () = assert!(!Probe::<$secret>::SHOWS_DEBUG && !Probe::<$secret>::SHOWS_DISPLAY);
        const _: () = assert!(!Probe::<$secret>::SERIALIZES && !Probe::<$secret>::DESERIALIZES);
        const _: () = assert!(!Probe::<$secret>::HAS_DEFAULT);
    )*};
}

// Held by the compiler: this file does not build when one of these gains such a trait.
keeps_to_itself!(Identity, FileIdentity, FileKey, Keyring, Sealer, Opener, RangeOpener, RangeReader);
const _: () = assert!(!Probe::<Sealer>::CLONES && !Probe::<Identity>::CLONES && !Probe::<FileKey>::CLONES);
const _: () = assert!(!Probe::<FileIdentity>::CLONES && !Probe::<Keyring>::CLONES && !Probe::<Opener>::CLONES);

// And the probe does notice what it looks for.
const _: () = assert!(Probe::<Recipient>::SHOWS_DEBUG && Probe::<Recipient>::SHOWS_DISPLAY);
const _: () = assert!(Probe::<Recipient>::CLONES && Probe::<String>::HAS_DEFAULT);
const _: () = assert!(Probe::<String>::SERIALIZES && Probe::<String>::DESERIALIZES);
