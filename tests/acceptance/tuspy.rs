//! tuspy, which nobody here wrote: sends a file whole, and one that it continues with a new uploader.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::stage::{Stage, repository, target};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tuspy_sends_a_file_and_resumes_one() {
    let stage = Stage::set().await;
    let session = stage.open_session().await;
    let mut digests = Vec::new();
    for options in [&["--name", "whole.bin"][..], &["--name", "resumed.bin", "--cut-after", "2097152"]] {
        let output = Command::new(python())
            .arg("against-connector/tuspy_upload.py")
            .args(options)
            .current_dir(repository().join("tests/upload-client"))
            .env("UPLOAD_URL", format!("{}/api/v1/customer/uploads", stage.address))
            .env("BEARER", &session)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let (told, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{told}{complaint}\n`cargo xtask test --only setup` installs tuspy");
        let told: Value = serde_json::from_str(&told).unwrap();
        digests.push(told["sha256"].as_str().unwrap().to_owned());
    }
    let files = stage.files(2).await;
    for file in files {
        let digest = file["sha256"].as_str().unwrap();
        assert!(digests.iter().any(|sent| sent == digest), "a file with another digest");
        let opened = stage.http.get(stage.ticket(&file).await).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(opened.len() as u64, file["size_bytes"].as_u64().unwrap());
    }
}

/// The one that the test runner set up, or the one on the path.
fn python() -> PathBuf {
    let own = target().parent().unwrap().join("tools/python/bin/python3");
    if own.is_file() { own } else { PathBuf::from("python3") }
}
