//! Random bytes against every parser, so that an ordinary test run covers what the fuzz targets check. The seed corpora
//! are run here too.

use std::path::Path;

use proptest::prelude::*;

use crate::parser_checks;

/// Random, but often starting like the real thing or made of its characters.
fn near(start: &'static str, characters: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| [start.as_bytes(), &bytes].concat()),
        characters.prop_map(|text| [start.as_bytes(), text.as_bytes()].concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_as_a_header(bytes in near("age-encryption.org/v1\n", "(-> (X25519|scrypt|x) [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{0,64}\n){0,4}--- [A-Za-z0-9+/]{43}\n")) {
        parser_checks::header(&bytes);
    }

    #[test]
    fn any_bytes_as_an_identity(bytes in near("AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}")) {
        parser_checks::identity_text(&bytes);
    }

    #[test]
    fn any_bytes_as_a_recipient(bytes in near("age1", "[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}")) {
        parser_checks::recipient_text(&bytes);
    }

    #[test]
    fn any_bytes_as_a_cell(bytes in near("\u{1}", "[a-z]{0,99}")) {
        parser_checks::cell(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_as_a_key_object(bytes in near("AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\n")) {
        parser_checks::key_object(&bytes);
    }

    #[test]
    fn any_script_of_damage_to_a_payload(bytes in prop::collection::vec(any::<u8>(), 2..14)) {
        parser_checks::payload(&bytes);
    }
}

#[test]
fn every_seed_of_the_fuzz_targets_passes_its_check() {
    type Check = fn(&[u8]);
    let checks: [(&str, Check); 6] = [
        ("header", parser_checks::header),
        ("identity_text", parser_checks::identity_text),
        ("recipient_text", parser_checks::recipient_text),
        ("key_object", parser_checks::key_object),
        ("cell", parser_checks::cell),
        ("payload", parser_checks::payload),
    ];
    for (target, check) in checks {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let mut seeds = 0;
        for seed in std::fs::read_dir(folder).unwrap() {
            check(&std::fs::read(seed.unwrap().path()).unwrap());
            seeds += 1;
        }
        assert!(seeds >= 3, "{target} has {seeds} seeds");
    }
}
