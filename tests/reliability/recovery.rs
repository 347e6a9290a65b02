//! Without Casegate: the stock `age` and the recovery key open every stored file.

use std::path::Path;
use std::process::Command;

use crate::stage::{Stage, sample};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stock_tool_opens_stored_files_when_the_connector_is_gone() {
    for size in [0, 1, 65_536, 65_537, 9 * 1024 * 1024 + 5] {
        let mut stage = Stage::set().await;
        let bytes = sample(size as u64, size);
        if size == 0 {
            let session = stage.open_session().await;
            stage.begin_upload(&session, "empty.bin", 0).await;
            stage.files(1).await;
        } else {
            stage.send("dump.bin", bytes.clone()).await;
        }
        stage.kill();
        let folder = stage.folder.path();
        let keys = stage.objects(".key.age");
        assert_eq!(keys.len(), 1, "one file, one key object");
        let name = keys[0].file_name().unwrap().to_str().unwrap();
        let file = keys[0].with_file_name(format!("{}.age", name.split('.').next().unwrap()));
        let own = age(&folder.join("recovery.key"), &keys[0]);
        std::fs::write(folder.join("id.key"), own).unwrap();
        assert!(age(&folder.join("id.key"), &file) == bytes, "{size} bytes come back as others");
    }
}

/// `age -d -i IDENTITY OBJECT`
fn age(identity: &Path, object: &Path) -> Vec<u8> {
    let output = Command::new("age").arg("-d").arg("-i").arg(identity).arg(object).output();
    let output = output.unwrap_or_else(|error| panic!("`age` does not start ({error}): Debian package `age`"));
    assert!(output.status.success(), "age -d: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
