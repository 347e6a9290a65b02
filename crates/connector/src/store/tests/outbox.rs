//! Jobs: leased one at a time, coalesced while they wait, run once more for a cause that came while they ran.

use super::fixtures::{ORG, OTHER_ORG, begin};
use super::on_both;
use crate::store::Store;
use crate::store::jobs::{self, JobRow};

async fn enqueue(store: &Store, id: &str, subject: &str, now: i64) {
    let mut tx = begin(store).await;
    jobs::enqueue(&mut tx, id, ORG, "attach_file", subject, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn lease(store: &Store, lease: &str, now: i64) -> Option<JobRow> {
    let due = jobs::due(&mut store.read().await.unwrap(), now, 10).await.unwrap();
    for id in due {
        let mut tx = begin(store).await;
        if let Some(job) = jobs::lease(&mut tx, &id, lease, now, now + 100).await.unwrap() {
            tx.commit().await.unwrap();
            return Some(job);
        }
    }
    None
}

async fn finish(store: &Store, job: &JobRow) {
    let mut tx = begin(store).await;
    jobs::finish(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
}

async fn waiting(store: &Store) -> Vec<JobRow> {
    jobs::list(&mut store.read().await.unwrap(), 100).await.unwrap()
}

#[tokio::test]
async fn the_longest_due_comes_first_and_is_held_by_one() {
    on_both(async |store| {
        enqueue(store, "b", "2", 20).await;
        enqueue(store, "a", "1", 10).await;
        assert!(lease(store, "x", 9).await.is_none(), "nothing is due yet");
        let first = lease(store, "x", 30).await.unwrap();
        assert_eq!((first.subject_id.as_str(), first.attempts, first.leased_until), ("1", 1, 130));
        assert_eq!(lease(store, "y", 30).await.unwrap().subject_id, "2");
        assert!(lease(store, "z", 129).await.is_none(), "both are held");
        finish(store, &first).await;
        assert_eq!(waiting(store).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn workers_at_once_never_share_a_job() {
    on_both(async |store| {
        for number in 0..6 {
            enqueue(store, &format!("j{number}"), &number.to_string(), 10).await;
        }
        let worker = async |name: &str| {
            let mut taken = Vec::new();
            while let Some(job) = lease(store, name, 20).await {
                taken.push(job.id);
            }
            taken
        };
        let (one, two, three) = tokio::join!(worker("x"), worker("y"), worker("z"));
        let mut all = [one, two, three].concat();
        all.sort();
        assert_eq!(all, ["j0", "j1", "j2", "j3", "j4", "j5"]);
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_job_passes_to_another() {
    on_both(async |store| {
        enqueue(store, "a", "1", 10).await;
        let dead = lease(store, "dead", 20).await.unwrap();
        let taken = lease(store, "alive", 120).await.unwrap();
        assert_eq!((taken.id.as_str(), taken.attempts), ("a", 2));
        // The one believed dead was only slow: it can neither renew, nor finish, nor put off.
        let mut tx = begin(store).await;
        assert!(!jobs::renew(&mut tx, "a", &dead.lease, 999).await.unwrap());
        assert!(jobs::renew(&mut tx, "a", &taken.lease, 300).await.unwrap());
        jobs::postpone(&mut tx, &dead, 5_000, "late").await.unwrap();
        tx.commit().await.unwrap();
        finish(store, &dead).await;
        let held = waiting(store).await;
        assert_eq!((held[0].lease.as_str(), held[0].leased_until, held[0].run_at), ("alive", 300, 10));
        finish(store, &taken).await;
        assert!(waiting(store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn causes_coalesce_while_the_job_waits() {
    on_both(async |store| {
        enqueue(store, "a", "1", 10).await;
        enqueue(store, "b", "1", 20).await;
        enqueue(store, "c", "2", 20).await;
        let mut tx = begin(store).await;
        jobs::enqueue(&mut tx, "d", OTHER_ORG, "attach_file", "1", 20).await.unwrap();
        jobs::enqueue(&mut tx, "e", ORG, "post_to_feed", "1", 20).await.unwrap();
        tx.commit().await.unwrap();
        let mut ids: Vec<_> = waiting(store).await.into_iter().map(|job| job.id).collect();
        ids.sort();
        assert_eq!(ids, ["a", "c", "d", "e"], "same subject, same kind, same Org: one job");
    })
    .await;
}

#[tokio::test]
async fn a_cause_that_comes_while_the_job_runs_runs_it_again() {
    on_both(async |store| {
        enqueue(store, "a", "1", 10).await;
        let running = lease(store, "x", 20).await.unwrap();
        enqueue(store, "b", "1", 30).await;
        assert!(lease(store, "y", 40).await.is_none(), "it still runs");
        finish(store, &running).await;
        let again = lease(store, "y", 40).await.expect("once more");
        assert_eq!((again.id.as_str(), again.attempts), ("a", 1));
        assert!(again.generation > running.generation);
        finish(store, &again).await;
        assert!(waiting(store).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_failed_job_waits_and_counts_its_attempts() {
    on_both(async |store| {
        enqueue(store, "a", "1", 10).await;
        let failed = lease(store, "x", 20).await.unwrap();
        let mut tx = begin(store).await;
        jobs::postpone(&mut tx, &failed, 500, "no answer").await.unwrap();
        tx.commit().await.unwrap();
        assert!(lease(store, "x", 499).await.is_none());
        let again = lease(store, "x", 500).await.unwrap();
        assert_eq!((again.attempts, again.last_error.as_deref()), (2, Some("no answer")));
        assert_eq!(jobs::backlog(&mut store.read().await.unwrap()).await.unwrap(), (1, Some(500)));
    })
    .await;
}
