//! The `age` program of the distribution: it opens what we seal, and we what it seals.

use std::path::Path;
use std::process::{Command, Output};

use envelope::{CHUNK_LEN, Identity, open_whole};

use crate::fixtures::{an_identity, seal_to, some_bytes};

/// Runs `age` in `folder`.
pub fn age(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("age")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("this test needs the program age: install the Debian package age")
}

pub fn write_identity(folder: &Path, name: &str, identity: &Identity) {
    std::fs::write(folder.join(name), format!("{}\n", *identity.to_text())).unwrap();
}

const LENGTHS: [usize; 7] = [0, 1, 1000, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 3 * CHUNK_LEN];

#[test]
fn stock_age_opens_what_we_seal() {
    let folder = tempfile::tempdir().unwrap();
    let identities = [an_identity(1), an_identity(2)];
    let recipients = identities.each_ref().map(Identity::recipient);
    for (number, identity) in identities.iter().enumerate() {
        write_identity(folder.path(), &format!("{number}.key"), identity);
    }
    for length in LENGTHS {
        let plaintext = some_bytes(length as u64, length);
        std::fs::write(folder.path().join("file.age"), seal_to(&recipients, &plaintext, 1)).unwrap();
        for key in ["0.key", "1.key"] {
            let opened = age(folder.path(), &["-d", "-i", key, "file.age"]);
            assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
            assert!(opened.stdout == plaintext, "{length} bytes");
        }
    }
}

#[test]
fn we_open_what_stock_age_seals() {
    let folder = tempfile::tempdir().unwrap();
    let identities = [an_identity(1), an_identity(2)];
    let [one, other] = identities.each_ref().map(|identity| identity.recipient().to_string());
    for length in LENGTHS {
        let plaintext = some_bytes(length as u64, length);
        std::fs::write(folder.path().join("file"), &plaintext).unwrap();
        let sealed = age(folder.path(), &["-r", &one, "-r", &other, "file"]);
        assert!(sealed.status.success(), "{}", String::from_utf8_lossy(&sealed.stderr));
        for identity in &identities {
            assert!(*open_whole(identity, &sealed.stdout).unwrap() == plaintext, "{length} bytes");
        }
    }
}

#[test]
fn armour_and_passphrases_of_stock_age_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "secret").unwrap();
    let armoured = age(folder.path(), &["-a", "-r", &an_identity(1).recipient().to_string(), "file"]);
    assert!(armoured.status.success());
    assert!(open_whole(&an_identity(1), &armoured.stdout).is_err());
}
