//! tus-js-client, which nobody here wrote, sends a large file over a network that is cut about every 64 MiB.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::cutting_proxy::CuttingProxy;
use crate::stage::{Stage, is_full, repository};

const MIB: u64 = 1024 * 1024;
const SEGMENT: u64 = 8 * MIB;
const CUT_EVERY: u64 = 64 * MIB;
const MOST_MEMORY: u64 = 150 * MIB;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_arrives_over_a_network_that_is_cut_again_and_again() {
    let size = if is_full() { 5 * 1024 * MIB } else { 512 * MIB };
    let proxy = CuttingProxy::bind().await;
    let stage = Stage::set_behind(Some(proxy.url.clone())).await;
    let (url, passed) = (proxy.url.clone(), Arc::clone(&proxy.passed));
    let target = stage.address.strip_prefix("http://").unwrap().to_owned();
    let session = stage.open_session().await;

    let mut client = Command::new("node");
    client
        .arg("against-connector/tus_js_client.mjs")
        .args(["--size", &size.to_string(), "--name", "cut.bin"])
        .current_dir(repository().join("tests/upload-client"))
        .env("UPLOAD_URL", format!("{url}/api/v1/customer/uploads"))
        .env("BEARER", &session)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::select! {
        output = client.output() => output.unwrap_or_else(|error| panic!("`node` does not start: {error}")),
        () = proxy.run(target, CUT_EVERY) => unreachable!("the proxy runs until it is dropped"),
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}\n{}", String::from_utf8_lossy(&output.stderr), stage.log());
    let told: Value = serde_json::from_str(&told).unwrap();

    let files = stage.files(1).await;
    let mut download = stage.http.get(stage.ticket(&files[0]).await).send().await.unwrap();
    let mut digest = Sha256::new();
    while let Some(piece) = download.chunk().await.unwrap() {
        digest.update(&piece);
    }
    let digest = hex::encode(digest.finalize());
    assert_eq!(told["sha256"], digest.as_str(), "the download is not what was sent");
    assert_eq!(files[0]["sha256"], digest.as_str(), "the panel states another digest");

    let (cuts, bytes_up) = (passed.cuts.load(Ordering::SeqCst), passed.bytes_up.load(Ordering::SeqCst));
    let (resent, memory) = (bytes_up - size, stage.peak_memory());
    println!(
        "{} MiB, {cuts} cuts, {resent} bytes re-sent ({} per cut), peak memory {} MiB",
        size / MIB,
        resent / cuts.max(1),
        memory / MIB
    );
    assert!(cuts >= size / CUT_EVERY - 1, "only {cuts} cuts");
    assert!(resent < cuts * SEGMENT, "{resent} bytes were sent again for {cuts} cuts");
    assert!(memory < MOST_MEMORY, "the connector took {memory} bytes of memory");
}
