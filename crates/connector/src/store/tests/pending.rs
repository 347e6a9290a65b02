//! Objects without a row: adopted by one transaction or claimed by the sweep, never both.

use super::fixtures::{ORG, begin};
use super::on_both;
use crate::store::{Store, pending_objects};

async fn record(store: &Store, name: &str, now: i64) {
    let mut tx = begin(store).await;
    pending_objects::record(&mut tx, ORG, name, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, older_than: i64) -> Vec<String> {
    let mut tx = begin(store).await;
    let mut names = pending_objects::claim_abandoned(&mut tx, older_than, 10).await.unwrap();
    tx.commit().await.unwrap();
    names.sort();
    names
}

async fn consume(store: &Store, name: &str) -> bool {
    let mut tx = begin(store).await;
    let adopted = pending_objects::consume(&mut tx, name).await.unwrap();
    tx.commit().await.unwrap();
    adopted
}

#[tokio::test]
async fn an_adopted_object_is_never_claimed_and_a_claimed_one_never_adopted() {
    on_both(async |store| {
        record(store, "old", 10).await;
        record(store, "young", 90).await;
        record(store, "adopted", 10).await;
        assert!(consume(store, "adopted").await);
        assert!(!consume(store, "adopted").await);
        assert_eq!(claim(store, 50).await, ["old"]);
        assert!(!consume(store, "old").await, "the sweep was first");
        // A sweep that died after its claim: the next one takes it up again.
        assert_eq!(claim(store, 50).await, ["old"]);
        let mut tx = begin(store).await;
        pending_objects::forget(&mut tx, "old").await.unwrap();
        pending_objects::forget(&mut tx, "young").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim(store, 1_000).await, ["young"], "what is not claimed is not forgotten");
    })
    .await;
}

#[tokio::test]
async fn of_adoption_and_sweep_at_once_exactly_one_wins() {
    on_both(async |store| {
        for round in 0..20 {
            let name = format!("object-{round}");
            record(store, &name, 10).await;
            let (adopted, claimed) = tokio::join!(consume(store, &name), claim(store, 50));
            assert_ne!(adopted, claimed.contains(&name), "round {round}");
            let mut tx = begin(store).await;
            pending_objects::forget(&mut tx, &name).await.unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_released_object_goes_with_the_next_sweep() {
    on_both(async |store| {
        let mut tx = begin(store).await;
        pending_objects::release(&mut tx, ORG, "was adopted").await.unwrap();
        tx.commit().await.unwrap();
        record(store, "is pending", 90).await;
        let mut tx = begin(store).await;
        pending_objects::release(&mut tx, ORG, "is pending").await.unwrap();
        tx.commit().await.unwrap();
        assert!(!consume(store, "is pending").await);
        assert_eq!(claim(store, 50).await, ["was adopted"]);
        assert_eq!(claim(store, 100).await, ["is pending", "was adopted"]);
    })
    .await;
}

#[tokio::test]
async fn an_object_still_being_written_is_kept() {
    on_both(async |store| {
        record(store, "long", 10).await;
        let mut tx = begin(store).await;
        pending_objects::keep(&mut tx, "long", 90).await.unwrap();
        tx.commit().await.unwrap();
        assert!(claim(store, 50).await.is_empty());
        assert_eq!(claim(store, 100).await, ["long"]);
        let mut tx = begin(store).await;
        pending_objects::keep(&mut tx, "long", 500).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim(store, 100).await, ["long"], "claimed is claimed");
    })
    .await;
}
