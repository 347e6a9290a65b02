//! Files of several MiB into the simulated Org and out of it again, as streams.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use salesforce_client::{NewFile, Obstacle, OrgError, RecordId, UploadError, soql};
use sha2::{Digest as _, Sha256};
use simulated_org::{Effect, Fault};

use crate::simulated_org::{Org, org};

const BOUNDARY: [u8; 16] = [9; 16];
const PIECE_BYTES: usize = 65_536;
const PIECES: usize = 96;
const FILE_BYTES: usize = PIECES * PIECE_BYTES;
/// What may be in flight between a source and the network, however large the file is.
const MOST_BUFFERED_BYTES: usize = 1024 * 1024;

/// How many bytes of a stream were handed over and are still held by whoever took them.
#[derive(Clone, Default)]
struct Buffered {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

struct Piece(Vec<u8>, Buffered);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.1.now.fetch_sub(self.0.len(), Ordering::SeqCst);
    }
}

impl Buffered {
    fn piece(&self, number: usize) -> Bytes {
        let now = self.now.fetch_add(PIECE_BYTES, Ordering::SeqCst) + PIECE_BYTES;
        self.most.fetch_max(now, Ordering::SeqCst);
        let fill = u8::try_from(number % 251).unwrap();
        Bytes::from_owner(Piece(vec![fill; PIECE_BYTES], self.clone()))
    }

    fn source(&self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        let buffered = self.clone();
        stream::iter((0..PIECES).map(move |number| Ok(buffered.piece(number))))
    }
}

fn file(title: &str) -> NewFile {
    NewFile {
        title: title.to_owned(),
        path_on_client: "core.bin".to_owned(),
        size_bytes: FILE_BYTES as u64,
        first_publish_location: None,
    }
}

async fn versions(org: &Org, title: &str) -> Vec<RecordId> {
    let soql = format!("SELECT Id FROM ContentVersion WHERE Title = {} ORDER BY Id", soql::text(title));
    let rows = org.connection.query(&soql).await.unwrap();
    rows.iter().map(|row| RecordId::parse(row["Id"].as_str().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down_whole_and_little_of_it_is_ever_in_memory() {
    let org = org().await;
    let up = Buffered::default();
    let id = org.connection.upload_file(&file("dump"), up.source(), BOUNDARY).await.unwrap();
    assert_eq!(up.now.load(Ordering::SeqCst), 0);
    let most = up.most.load(Ordering::SeqCst);
    assert!(most <= MOST_BUFFERED_BYTES, "{most} of {FILE_BYTES} bytes were buffered on their way up");
    let fields = ["Title", "PathOnClient", "ContentSize"];
    let version = org.connection.get("ContentVersion", &id, &fields).await.unwrap();
    assert_eq!((&version["Title"], version["ContentSize"].as_u64()), (&"dump".into(), Some(FILE_BYTES as u64)));

    let download = org.connection.download("ContentVersion", &id, "VersionData").await.unwrap();
    assert_eq!(download.size_bytes(), Some(FILE_BYTES as u64));
    let mut largest = 0;
    let mut received = Sha256::new();
    let mut bytes = std::pin::pin!(download.bytes());
    while let Some(piece) = bytes.try_next().await.unwrap() {
        largest = largest.max(piece.len());
        received.update(&piece);
    }
    assert!(largest <= MOST_BUFFERED_BYTES, "a piece of {largest} bytes came down");
    let sent = (0..PIECES).fold(Sha256::new(), |sent, number| sent.chain_update(Buffered::default().piece(number)));
    assert_eq!(received.finalize(), sent.finalize());
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing_and_may_be_sent_again() {
    let org = org().await;
    org.connection.identity().await.unwrap();
    let cut = Fault::new(Effect::CutUpload { bytes: 1_000_000 }).on("POST", "ContentVersion");
    org.simulated.faults().add(cut).unwrap();
    let up = Buffered::default();
    let broken = org.connection.upload_file(&file("dump"), up.source(), BOUNDARY).await.unwrap_err();
    assert!(matches!(broken, UploadError::Org(OrgError::RetryLater { .. })), "{broken}");
    assert!(versions(&org, "dump").await.is_empty());
    org.connection.upload_file(&file("dump"), up.source(), BOUNDARY).await.unwrap();
    assert_eq!(versions(&org, "dump").await.len(), 1);
}

#[tokio::test]
async fn an_upload_whose_answer_is_lost_is_looked_for_and_not_sent_again() {
    let org = org().await;
    org.simulated.faults().add(Fault::lose_answer().on("POST", "ContentVersion")).unwrap();
    let lost = org.connection.upload_file(&file("dump"), Buffered::default().source(), BOUNDARY).await.unwrap_err();
    assert!(matches!(lost, UploadError::Org(OrgError::OutcomeUnknown { .. })), "{lost}");
    assert_eq!(versions(&org, "dump").await.len(), 1);
}

#[tokio::test]
async fn a_session_that_ended_before_an_upload_is_renewed_and_the_file_asked_for_again() {
    let org = org().await;
    org.connection.identity().await.unwrap();
    org.simulated.expire_sessions();
    let expired = org.connection.upload_file(&file("dump"), Buffered::default().source(), BOUNDARY).await.unwrap_err();
    let UploadError::Org(OrgError::RetryLater { after, obstacle, .. }) = expired else { panic!("{expired}") };
    assert!(after.is_zero() && obstacle == Obstacle::HeldBack);
    org.connection.upload_file(&file("dump"), Buffered::default().source(), BOUNDARY).await.unwrap();
    assert_eq!(versions(&org, "dump").await.len(), 1);
}
