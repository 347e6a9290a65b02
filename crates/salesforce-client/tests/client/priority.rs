//! Who may call an Org that is short of calls or in trouble.

use salesforce_client::{Obstacle, OrgConnection, OrgError};
use serde_json::{Value, json};

use crate::{
    connection::{MovableClock, connect, settings},
    stand_in::{StandIn, html, json as answer},
};

const QUERY: &str = "SELECT Id FROM Case";

fn no_rows() -> Value {
    json!({"totalSize": 0, "done": true, "records": []})
}

fn is_held_back<T>(outcome: &Result<T, OrgError>) -> bool {
    matches!(outcome, Err(OrgError::RetryLater { obstacle: Obstacle::HeldBack, .. }))
}

#[tokio::test]
async fn at_eighty_percent_background_work_slows_down_and_people_do_not() {
    let org = StandIn::granting(|_| answer(200, no_rows()).with("Sforce-Limit-Info", "api-usage=80/100"));
    let clock = MovableClock::new();
    let people = OrgConnection::new(settings(&org.url), clock.reader()).unwrap();
    let background = people.background();
    background.query(QUERY).await.unwrap();
    background.query(QUERY).await.unwrap();
    assert!(is_held_back(&background.query(QUERY).await));
    for _ in 0..20 {
        people.query(QUERY).await.unwrap();
    }
    assert!(is_held_back(&background.query(QUERY).await), "calls for people do not make it its turn");
    clock.advance_millis(2_000);
    background.query(QUERY).await.unwrap();
    assert_eq!(org.calls().len(), 23);
}

#[tokio::test]
async fn an_org_in_trouble_is_left_alone_by_background_work_until_somebody_is_answered() {
    let trouble = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let org = StandIn::granting({
        let trouble = trouble.clone();
        move |_| if trouble.load(std::sync::atomic::Ordering::SeqCst) { html(503) } else { answer(200, no_rows()) }
    });
    let people = connect(&org);
    let background = people.background();
    for _ in 0..5 {
        assert!(!is_held_back(&background.query(QUERY).await));
    }
    assert!(is_held_back(&background.query(QUERY).await));
    assert_eq!(org.calls().len(), 5, "nothing was sent");
    people.query(QUERY).await.unwrap_err();
    assert_eq!(org.calls().len(), 6, "a person's call goes through");
    trouble.store(false, std::sync::atomic::Ordering::SeqCst);
    people.query(QUERY).await.unwrap();
    background.query(QUERY).await.unwrap();
}

#[tokio::test]
async fn one_orgs_trouble_is_not_anothers() {
    let (bad, good) = (StandIn::granting(|_| html(503)), StandIn::granting(|_| answer(200, no_rows())));
    let (ill, well) = (connect(&bad).background(), connect(&good).background());
    for _ in 0..6 {
        ill.query(QUERY).await.unwrap_err();
    }
    well.query(QUERY).await.unwrap();
}
