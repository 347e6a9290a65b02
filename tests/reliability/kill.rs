//! SIGKILL at random moments of uploads and of their sealing: every acknowledged byte survives each of them.

use std::time::Duration;

use bytes::Bytes;
use connector::randomness::Randomness;
use sha2::{Digest as _, Sha256};

use crate::stage::{Stage, sample};

const KILLS: usize = 50;
const SIZE: usize = 20 * 1024 * 1024 + 777;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_no_acknowledged_byte() {
    let mut stage = Stage::set().await;
    let session = stage.open_session().await;
    let chance = Chance(Randomness::system());
    let (mut kills, mut in_upload, mut resent) = (0, 0, 0);
    let mut files = Vec::new();
    while kills < KILLS {
        let number = files.len() as u64;
        let bytes = sample(number, SIZE);
        let upload = stage.begin_upload(&session, &format!("dump {number}.bin"), SIZE).await;
        let mut acknowledged = 0;
        let mut sent = 0;
        while acknowledged < SIZE {
            let told = stage.offset(&session, &upload).await;
            assert!(told >= acknowledged, "{acknowledged} bytes were acknowledged, {told} are left");
            resent += sent - sent.min(told);
            acknowledged = told;
            let life = Duration::from_millis(chance.below(250));
            tokio::select! {
                () = send(&stage, &session, &upload, &bytes, &mut acknowledged, &mut sent, &chance) => {}
                () = tokio::time::sleep(life) => {}
            }
            in_upload += usize::from(acknowledged < SIZE);
            // When everything is there, the kill strikes somewhere in the sealing.
            if acknowledged == SIZE {
                tokio::time::sleep(Duration::from_millis(chance.below(300))).await;
            }
            stage.kill();
            kills += 1;
            stage.start().await;
        }
        files.push(bytes);
    }
    for file in stage.files(files.len()).await {
        let expected = files.iter().find(|bytes| hex::encode(Sha256::digest(bytes)) == file["sha256"]);
        let expected = expected.expect("the digest is one of a file that was sent");
        let url = stage.ticket(&file).await;
        let opened = stage.http.get(url).send().await.unwrap().bytes().await.unwrap();
        assert!(opened == *expected, "the download differs");
    }
    println!(
        "{kills} kills, {in_upload} of them in an upload; {} files of {SIZE} bytes; {resent} re-sent",
        files.len()
    );
    assert!(in_upload > 10, "the kills came too late to prove anything");
}

/// Requests of all sizes, one after the other; `acknowledged` moves only with an answer.
async fn send(
    stage: &Stage,
    session: &str,
    upload: &str,
    bytes: &Bytes,
    acknowledged: &mut usize,
    sent: &mut usize,
    chance: &Chance,
) {
    while *acknowledged < bytes.len() {
        let rest = bytes.len() - *acknowledged;
        let most = if chance.below(3) == 0 { rest } else { 1 + usize::try_from(chance.below(2_000_000)).unwrap() };
        let body = bytes.slice(*acknowledged..*acknowledged + most.min(rest));
        *sent = *acknowledged + body.len();
        let Ok(answer) = stage.patch(session, upload, *acknowledged, body).send().await else { return };
        assert_eq!(answer.status(), 204);
        *acknowledged = answer.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
    }
}

struct Chance(Randomness);

impl Chance {
    fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes()) % bound
    }
}
