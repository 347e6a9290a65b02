//! The shared check of `multipart`, under libFuzzer.

#![no_main]

#[path = "../intake.rs"]
#[expect(dead_code, reason = "each target runs one of the checks")]
mod intake;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| intake::multipart(bytes));
