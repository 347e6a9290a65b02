//! Mutated uploads against every intake, so that an ordinary test run covers what the fuzz targets check.

use std::fs;
use std::path::Path;

use crate::intake;

/// Every seed as it is, cut short, and with single bytes changed, always the same ones.
fn variations(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut all = Vec::new();
    for seed in fs::read_dir(folder).unwrap() {
        let seed = fs::read(seed.unwrap().path()).unwrap();
        for place in (0..seed.len()).step_by(5) {
            all.push(seed[..place].to_vec());
            let mut changed = seed.clone();
            changed[place] ^= 1 << (place % 8);
            all.push(changed);
        }
        all.push(seed);
    }
    assert!(all.len() > 100);
    all
}

#[test]
fn no_multipart_body_is_read_in_two_ways() {
    for body in variations("multipart") {
        intake::multipart(&body);
    }
}

#[test]
fn no_zip_gets_past_its_limits() {
    for zip in variations("package_zip") {
        intake::package_zip(&zip);
    }
}
