//! The operator opens a stored file without us: two commands of the stock tool and the recovery key.

use std::path::Path;

use envelope::{CHUNK_LEN, FileIdentity, seal_whole};

use crate::fixtures::{an_identity, randomness, some_bytes};
use crate::stock_age::{age, write_identity};

fn age_ok(folder: &Path, arguments: &[&str]) {
    let run = age(folder, arguments);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_two_commands_of_the_manual_recover_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (connector, recovery) = (an_identity(1), an_identity(9));
    let plaintext = some_bytes(1, 2 * CHUNK_LEN + 77);

    let file_identity = FileIdentity::generate(&mut randomness(1)).unwrap();
    let file = seal_whole(&[file_identity.recipient()], &plaintext, &mut randomness(2)).unwrap();
    let key_object =
        file_identity.key_object(&connector.recipient(), &[recovery.recipient()], &mut randomness(3)).unwrap();
    std::fs::write(folder.path().join("ID.age"), file).unwrap();
    std::fs::write(folder.path().join("ID.1.key.age"), key_object).unwrap();
    write_identity(folder.path(), "recovery.key", &recovery);

    age_ok(folder.path(), &["-d", "-i", "recovery.key", "-o", "id.key", "ID.1.key.age"]);
    age_ok(folder.path(), &["-d", "-i", "id.key", "-o", "file", "ID.age"]);
    assert!(std::fs::read(folder.path().join("file")).unwrap() == plaintext);

    // A stranger's key opens neither.
    write_identity(folder.path(), "stranger.key", &an_identity(5));
    assert!(!age(folder.path(), &["-d", "-i", "stranger.key", "ID.1.key.age"]).status.success());
    assert!(!age(folder.path(), &["-d", "-i", "recovery.key", "ID.age"]).status.success());
}
