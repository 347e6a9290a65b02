//! What a person who can write to the bucket achieves over HTTP: a refusal or an aborted transfer, never a clean answer.

use std::path::Path;

use crate::stage::{Stage, sample};

const SIZE: usize = 3 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_object_never_gives_a_clean_download() {
    let stage = Stage::set().await;
    let bytes = sample(1, SIZE);
    let file = stage.send("dump.bin", bytes.clone()).await;
    let object = stage.objects(".age").into_iter().find(|path| !path.to_string_lossy().ends_with(".key.age")).unwrap();
    let sealed = std::fs::read(&object).unwrap();

    // A chunk in the middle: the answer begins well and breaks before the altered chunk.
    let mut altered = sealed.clone();
    altered[SIZE / 2] ^= 1;
    write(&object, &altered);
    let url = stage.ticket(&file).await;
    let mut answer = stage.http.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.content_length(), Some(SIZE as u64));
    let mut received = Vec::new();
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(piece)) => received.extend_from_slice(&piece),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "the transfer ended as if all were well");
    assert!(bytes.starts_with(&received), "something else than the file left");
    assert!(received.len() <= SIZE / 2, "a byte of the altered chunk, or one behind it, left");

    // The end, or the length: not one byte.
    let mut last = sealed.clone();
    *last.last_mut().unwrap() ^= 1;
    let mut longer = sealed.clone();
    longer.push(0);
    for wrong in [&last, &longer, &sealed[..sealed.len() - 1].to_vec(), &Vec::new()] {
        write(&object, wrong);
        let refused = stage.http.get(&url).send().await.unwrap();
        assert!(refused.status().is_server_error(), "{}", refused.status());
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
    }

    write(&object, &sealed);
    let opened = stage.http.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(opened == bytes, "the object as it was sealed opens again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_whose_segment_is_gone_are_missed_and_sent_again() {
    let stage = Stage::set().await;
    let bytes = sample(2, 50_000);
    let session = stage.open_session().await;
    let upload = stage.begin_upload(&session, "dump.bin", bytes.len()).await;
    let sent = stage.patch(&session, &upload, 0, bytes.slice(..20_000)).send().await.unwrap();
    assert_eq!(sent.status(), 204);
    assert_eq!(stage.offset(&session, &upload).await, 20_000);
    for segment in std::fs::read_dir(stage.folder.path().join("objects/staging")).unwrap() {
        std::fs::remove_file(segment.unwrap().path()).unwrap();
    }
    assert_eq!(stage.offset(&session, &upload).await, 0);
    assert_eq!(stage.patch(&session, &upload, 0, bytes.clone()).send().await.unwrap().status(), 204);
    let file = stage.files(1).await.remove(0);
    let opened = stage.http.get(stage.ticket(&file).await).send().await.unwrap().bytes().await.unwrap();
    assert!(opened == bytes, "the download differs");
}

fn write(object: &Path, bytes: &[u8]) {
    std::fs::write(object, bytes).unwrap();
}
