//! Refresh tokens that each use replaces: stored before use, one user at a time, never lost while we live.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use salesforce_client::{
    Grant, OrgConnection, OrgError, RefreshTokenHome, RefreshTokenHomeError, Settings, TakenRefreshToken,
};
use serde_json::json;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use zeroize::Zeroizing;

use crate::{
    connection::{MovableClock, settings},
    stand_in::{StandIn, json as answer, token_answer},
};

/// A database row with a lock, in memory.
#[derive(Clone)]
pub struct Row {
    pub token: Arc<AsyncMutex<String>>,
    pub is_away: Arc<AtomicBool>,
    kept: Arc<Mutex<Vec<String>>>,
}

impl Row {
    fn new() -> Self {
        Self::holding("refresh-0")
    }

    pub fn holding(token: &str) -> Self {
        Self { token: Arc::new(AsyncMutex::new(token.to_owned())), is_away: Arc::default(), kept: Arc::default() }
    }

    /// Every token that was stored, in order.
    pub fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().clone()
    }

    pub fn home(&self) -> RefreshTokenHome {
        let row = self.clone();
        RefreshTokenHome {
            take: Arc::new(move || {
                let row = row.clone();
                Box::pin(async move {
                    let locked = Arc::clone(&row.token).lock_owned().await;
                    let token = Zeroizing::new(locked.clone());
                    Ok(TakenRefreshToken {
                        token,
                        keep: Box::new(move |new| Box::pin(async move { row.keep(locked, new) })),
                    })
                })
            }),
        }
    }

    fn keep(self, mut locked: OwnedMutexGuard<String>, new: Zeroizing<String>) -> Result<(), RefreshTokenHomeError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(RefreshTokenHomeError("the database is away".to_owned()));
        }
        new.as_str().clone_into(&mut *locked);
        self.kept.lock().unwrap().push(new.to_string());
        Ok(())
    }
}

/// An Org that rotates as Salesforce does: an old token ends everything. Calls are refused unless their token's successor
/// was already kept.
fn rotating_org(row: &Row) -> StandIn {
    let (granted, kept) = (AtomicU32::new(0), Arc::clone(&row.kept));
    StandIn::start(move |request| {
        if request.path == "/services/oauth2/token" {
            let number = granted.load(Ordering::SeqCst);
            let fits = request.body.contains(&format!("refresh_token=refresh-{number}&"))
                || request.body.ends_with(&format!("refresh_token=refresh-{number}"));
            if !fits {
                return answer(
                    400,
                    json!({"error": "invalid_grant", "error_description": "expired access/refresh token"}),
                );
            }
            granted.store(number + 1, Ordering::SeqCst);
            let mut granted = token_answer(number + 1);
            granted["refresh_token"] = json!(format!("refresh-{}", number + 1));
            return answer(200, granted);
        }
        let number = request.authorization.strip_prefix("Bearer token-").unwrap();
        let was_kept = kept.lock().unwrap().contains(&format!("refresh-{number}"));
        assert!(was_kept, "the access token was used before its refresh token was stored");
        answer(200, json!({"totalSize": 0, "done": true, "records": []}))
    })
}

fn connect(org: &StandIn, row: &Row) -> (OrgConnection, MovableClock) {
    let grant = Grant::RefreshToken { secret: Some("consumer-secret".to_owned().into()), home: row.home() };
    let clock = MovableClock::new();
    let connection = OrgConnection::new(Settings { grant, ..settings(&org.url) }, clock.reader()).unwrap();
    (connection, clock)
}

const QUERY: &str = "SELECT Id FROM Case";

#[tokio::test]
async fn the_successor_is_stored_before_the_access_token_is_used() {
    let row = Row::new();
    let org = rotating_org(&row);
    let (connection, _) = connect(&org, &row);
    connection.query(QUERY).await.unwrap();
    assert_eq!(*row.token.lock().await, "refresh-1");
    let form = &org.seen()[0].body;
    assert!(form.contains("grant_type=refresh_token") && form.contains("client_secret=consumer-secret"), "{form}");
}

#[tokio::test]
async fn many_callers_and_two_connectors_use_each_token_once() {
    let row = Row::new();
    let org = rotating_org(&row);
    let (first, _) = connect(&org, &row);
    let (second, _) = connect(&org, &row);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let connection = if number % 2 == 0 { first.clone() } else { second.clone() };
        calls.spawn(async move { connection.query(QUERY).await.map(drop) });
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(org.token_requests(), 2, "one for each connector");
    assert_eq!(*row.kept.lock().unwrap(), ["refresh-1", "refresh-2"]);
}

#[tokio::test]
async fn a_successor_that_could_not_be_stored_is_not_lost() {
    let row = Row::new();
    let org = rotating_org(&row);
    let (connection, clock) = connect(&org, &row);
    row.is_away.store(true, Ordering::SeqCst);
    let failure = connection.query(QUERY).await.unwrap_err();
    assert!(matches!(failure, OrgError::RetryLater { .. }), "{failure}");
    assert!(org.calls().is_empty(), "nothing was done with the access token");
    row.is_away.store(false, Ordering::SeqCst);
    clock.advance_millis(2_000);
    connection.query(QUERY).await.unwrap();
    assert_eq!(*row.kept.lock().unwrap(), ["refresh-1", "refresh-2"]);
}

#[tokio::test]
async fn a_token_that_is_dead_needs_a_person() {
    let row = Row::new();
    *row.token.lock().await = "refresh-old".to_owned();
    let org = rotating_org(&row);
    let refusal = connect(&org, &row).0.query(QUERY).await.unwrap_err();
    assert!(matches!(&refusal, OrgError::Reauthorise { code, .. } if code == "invalid_grant"), "{refusal}");
    assert!(row.token.try_lock().is_ok(), "the lock was let go");
}

#[tokio::test]
async fn without_rotation_nothing_is_stored() {
    let row = Row::new();
    let org = StandIn::granting(|_| answer(200, json!({"totalSize": 0, "done": true, "records": []})));
    connect(&org, &row).0.query(QUERY).await.unwrap();
    assert!(row.kept.lock().unwrap().is_empty());
}
