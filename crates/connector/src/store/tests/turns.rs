//! Whose turn it is to append, and what may be acknowledged.

use super::fixtures::{ORG, OTHER_ORG, begin, with_upload};
use super::on_both;
use crate::store::segments::{self, SegmentRow};
use crate::store::{file_requests, uploads};

fn a_segment(start: i64, length: i64) -> SegmentRow {
    SegmentRow {
        start_offset: start,
        length_bytes: length,
        object_name: format!("staging/{start}.age"),
        ciphertext_bytes: length + 200,
        plaintext_sha256: "00".repeat(32),
        header_mac: "00".repeat(32),
    }
}

#[tokio::test]
async fn only_the_newest_turn_acknowledges() {
    on_both(async |store| {
        with_upload(store, 100).await;
        let mut tx = begin(store).await;
        let old = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        let new = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        assert!(new.fence > old.fence);
        assert_eq!(new.expires_at, 9_500);
        let late = uploads::acknowledge(&mut tx, ORG, "u", old.fence, 0, 40, 2_000, 9_600).await.unwrap();
        assert!(late.is_none(), "an older request acknowledges nothing");
        let moved = uploads::acknowledge(&mut tx, ORG, "u", new.fence, 0, 40, 2_000, 9_600).await.unwrap().unwrap();
        assert_eq!((moved.offset_bytes, moved.segment_count, moved.updated_at), (40, 1, 2_000));
        // The same bytes again, as after a lost answer: they are there already.
        assert!(uploads::acknowledge(&mut tx, ORG, "u", new.fence, 0, 40, 2_000, 9_600).await.unwrap().is_none());
        // Beyond the promised end.
        assert!(uploads::acknowledge(&mut tx, ORG, "u", new.fence, 40, 61, 2_000, 9_600).await.unwrap().is_none());
        assert!(uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().is_none(), "it stands at 40");
        assert!(uploads::take_turn(&mut tx, OTHER_ORG, "u", 40, 9_500).await.unwrap().is_none());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_revoked_request_acknowledges_nothing_more() {
    on_both(async |store| {
        with_upload(store, 100).await;
        let mut tx = begin(store).await;
        let turn = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        assert!(file_requests::hold_open(&mut tx, ORG, "r").await.unwrap());
        file_requests::close(&mut tx, ORG, "r", "expired", 1_500).await.unwrap();
        assert!(!file_requests::hold_open(&mut tx, ORG, "r").await.unwrap());
        // Who was sending when the time ran out may end.
        assert!(uploads::acknowledge(&mut tx, ORG, "u", turn.fence, 0, 10, 2_000, 9_600).await.unwrap().is_some());
        drop(tx);
        let mut tx = begin(store).await;
        let turn = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        file_requests::close(&mut tx, ORG, "r", "revoked", 1_500).await.unwrap();
        assert!(uploads::acknowledge(&mut tx, ORG, "u", turn.fence, 0, 10, 2_000, 9_600).await.unwrap().is_none());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_at_once_one_takes_the_bytes() {
    on_both(async |store| {
        with_upload(store, 100).await;
        let mut tx = begin(store).await;
        let turn = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let acknowledge = async || {
            let mut tx = begin(store).await;
            let moved = uploads::acknowledge(&mut tx, ORG, "u", turn.fence, 0, 30, 2_000, 9_600).await.unwrap();
            tx.commit().await.unwrap();
            moved.is_some()
        };
        let (one, two, three) = tokio::join!(acknowledge(), acknowledge(), acknowledge());
        assert_eq!([one, two, three].into_iter().filter(|won| *won).count(), 1);
        let upload = uploads::find(&mut store.read().await.unwrap(), ORG, "u").await.unwrap().unwrap();
        assert_eq!(upload.offset_bytes, 30);
    })
    .await;
}

#[tokio::test]
async fn a_rolled_back_acknowledgement_leaves_no_trace() {
    on_both(async |store| {
        with_upload(store, 100).await;
        let mut tx = begin(store).await;
        let turn = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        uploads::acknowledge(&mut tx, ORG, "u", turn.fence, 0, 30, 2_000, 9_600).await.unwrap().unwrap();
        segments::insert(&mut tx, ORG, "u", &a_segment(0, 30)).await.unwrap();
        drop(tx);
        let mut reader = store.read().await.unwrap();
        assert_eq!(uploads::find(&mut reader, ORG, "u").await.unwrap().unwrap().offset_bytes, 0);
        assert!(segments::list_from(&mut reader, ORG, "u", 0, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_second_segment_at_the_same_place_is_impossible() {
    on_both(async |store| {
        with_upload(store, 100).await;
        let mut tx = begin(store).await;
        segments::insert(&mut tx, ORG, "u", &a_segment(0, 30)).await.unwrap();
        segments::insert(&mut tx, ORG, "u", &a_segment(30, 30)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        let other_object = SegmentRow { object_name: "staging/other.age".to_owned(), ..a_segment(0, 20) };
        assert!(segments::insert(&mut tx, ORG, "u", &other_object).await.is_err());
        drop(tx);
        let mut tx = begin(store).await;
        let same_object = SegmentRow { start_offset: 60, ..a_segment(0, 20) };
        assert!(segments::insert(&mut tx, ORG, "u", &same_object).await.is_err(), "an object is adopted once");
        drop(tx);
        let mut tx = begin(store).await;
        assert_eq!(segments::remove_from(&mut tx, ORG, "u", 30).await.unwrap(), ["staging/30.age"]);
        let left = segments::list_from(&mut tx, ORG, "u", 0, 10).await.unwrap();
        assert_eq!(left.iter().map(|segment| segment.start_offset).collect::<Vec<_>>(), [0]);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_upload_freezes_when_complete_and_settles_once() {
    on_both(async |store| {
        with_upload(store, 10).await;
        let mut tx = begin(store).await;
        let turn = uploads::take_turn(&mut tx, ORG, "u", 0, 9_500).await.unwrap().unwrap();
        assert!(!uploads::freeze(&mut tx, ORG, "u", "digest").await.unwrap(), "bytes are missing");
        uploads::acknowledge(&mut tx, ORG, "u", turn.fence, 0, 10, 2_000, 9_600).await.unwrap().unwrap();
        assert!(!uploads::settle(&mut tx, ORG, "u", "frozen", "sealed").await.unwrap(), "it is not frozen");
        assert!(uploads::freeze(&mut tx, ORG, "u", "digest").await.unwrap());
        assert!(!uploads::freeze(&mut tx, ORG, "u", "other").await.unwrap(), "the plaintext is pinned");
        assert!(uploads::take_turn(&mut tx, ORG, "u", 10, 9_500).await.unwrap().is_none());
        assert!(!uploads::settle(&mut tx, ORG, "u", "receiving", "cancelled").await.unwrap());
        assert!(uploads::settle(&mut tx, ORG, "u", "frozen", "sealed").await.unwrap());
        assert!(!uploads::settle(&mut tx, ORG, "u", "frozen", "sealed").await.unwrap());
        let sealed = uploads::find(&mut tx, ORG, "u").await.unwrap().unwrap();
        assert_eq!((sealed.state.as_str(), sealed.staging_identity_sealed), ("sealed", None), "the key is gone");
        assert_eq!(sealed.manifest_sha256.as_deref(), Some("digest"));
        tx.commit().await.unwrap();
    })
    .await;
}
