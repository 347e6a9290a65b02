//! People who log in through the simulated Org's own pages, and the refresh tokens that come of it.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use reqwest::redirect::Policy;
use salesforce_client::{
    Grant, LoginAttempt, LoginError, LoginReturn, LoginSettings, OrgConnection, OrgError, Person, RefreshTokenHome,
    Settings, TakenRefreshToken, WebLogin,
};
use serde_json::{Value, json};
use simulated_org::{Fault, Options, SimulatedOrg};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    connection::{MovableClock, settings},
    refresh_token::Row,
};

const ANNA: &str = "agent.anna@example.test";
/// Shown on the Org's own login page.
const PASSWORD: &str = "Simulated-1";
const QUERY: &str = "SELECT Id FROM Case";

struct World {
    org: SimulatedOrg,
    clock: MovableClock,
    app: WebLogin,
}

impl World {
    async fn new() -> Self {
        let clock = MovableClock::new();
        let org = SimulatedOrg::start(Options { clock: clock.reader(), ..Options::default() }).await.unwrap();
        let sign_in = org.app("sign_in").unwrap();
        let settings = LoginSettings {
            login_url: org.url().to_owned(),
            client_id: sign_in.consumer_key,
            client_secret: sign_in.consumer_secret.map(Zeroizing::new),
            redirect_uri: sign_in.callback_urls[0].clone(),
            scopes: vec!["api".to_owned(), "refresh_token".to_owned()],
            timeout: Duration::from_secs(5),
            allow_loopback: true,
        };
        let app = WebLogin::new(settings, clock.reader()).unwrap();
        Self { org, clock, app }
    }

    async fn begin(&self, random: u8) -> LoginAttempt {
        self.app.begin(&[random; 96]).await.unwrap()
    }

    /// The login page, the consent page if there is one, and back.
    async fn person_decides(&self, attempt: &LoginAttempt, decision: &str) -> LoginReturn {
        let browser = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let page = browser.get(&attempt.url).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("Log In"));
        let login = [("username", ANNA), ("password", PASSWORD)];
        let mut answer = browser.post(&attempt.url).form(&login).send().await.unwrap();
        if answer.status() == 200 {
            let page = answer.text().await.unwrap();
            assert!(page.contains("Allow Access?"), "{page}");
            let (_, ticket) = page.split_once("name=\"ticket\" value=\"").unwrap();
            let form = [("ticket", ticket.split_once('"').unwrap().0), ("decision", decision)];
            answer = browser.post(&attempt.url).form(&form).send().await.unwrap();
        }
        assert_eq!(answer.status(), 302);
        let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let mut query: HashMap<String, String> = back.query_pairs().into_owned().collect();
        LoginReturn {
            code: query.remove("code"),
            state: query.remove("state"),
            error: query.remove("error"),
            error_description: query.remove("error_description"),
        }
    }

    async fn log_in(&self) -> Person {
        let attempt = self.begin(7).await;
        let returned = self.person_decides(&attempt, "allow").await;
        self.app.finish(attempt, &returned).await.unwrap()
    }

    fn connect(&self, home: RefreshTokenHome) -> OrgConnection {
        let app = self.org.app("sign_in").unwrap();
        let grant = Grant::RefreshToken { secret: app.consumer_secret.map(Zeroizing::new), home };
        let settings = Settings { grant, client_id: app.consumer_key, ..settings(self.org.url()) };
        OrgConnection::new(settings, self.clock.reader()).unwrap()
    }

    fn calls(&self, part: &str) -> usize {
        self.org.requests().iter().filter(|request| request.path.contains(part)).count()
    }
}

fn refresh_token(person: &Person) -> Zeroizing<String> {
    person.refresh_token.clone().unwrap()
}

/// The same attempt with one of its secrets replaced.
fn spoilt(attempt: &LoginAttempt, secret: &str) -> LoginAttempt {
    let mut written = serde_json::to_value(attempt).unwrap();
    assert!(written[secret].is_string());
    written[secret] = json!("0123456789abcdefghijklmnopqrstuvwxyz0123456");
    serde_json::from_value(written).unwrap()
}

fn needs_a_person(outcome: Result<Vec<salesforce_client::Record>, OrgError>) {
    let refusal = outcome.unwrap_err();
    assert!(matches!(&refusal, OrgError::Reauthorise { code, .. } if code == "invalid_grant"), "{refusal}");
    assert_eq!(refusal.to_string(), "the Org refuses our credentials: invalid_grant: expired access/refresh token");
}

#[tokio::test]
async fn a_person_logs_in_agrees_and_is_known_by_the_orgs_signature() {
    let world = World::new().await;
    let person = world.log_in().await;
    assert_eq!(person.identity.organization_id.as_str(), world.org.org_id());
    assert_eq!(person.identity.user_id.as_str(), world.org.seeded("users", "anna").unwrap());
    assert_eq!(world.calls("/id/keys"), 1, "the id_token was checked with the Org's published key");
    assert!(world.app.introspect(&person.access_token).await.unwrap().active);

    let row = Row::holding(&refresh_token(&person));
    let connection = world.connect(row.home());
    assert!(!connection.query(QUERY).await.unwrap().is_empty());
    assert_eq!(connection.identity().await.unwrap(), person.identity);
    assert!(connection.scopes().await.unwrap().contains(&"api".to_owned()));
    // A second login of theirs asks for no consent.
    let again = world.log_in().await;
    assert_eq!(again.identity, person.identity);
}

#[tokio::test]
async fn a_person_who_says_no_is_not_logged_in() {
    let world = World::new().await;
    let attempt = world.begin(1).await;
    let returned = world.person_decides(&attempt, "deny").await;
    let refused = world.app.finish(attempt, &returned).await.err().unwrap();
    assert!(matches!(&refused, LoginError::Declined { code, .. } if code == "access_denied"), "{refused}");
}

#[tokio::test]
async fn a_code_is_good_for_its_own_attempt_only() {
    let world = World::new().await;
    let mine = world.begin(1).await;
    let returned = world.person_decides(&mine, "allow").await;
    let refused = world.app.finish(world.begin(2).await, &returned).await.err().unwrap();
    assert!(matches!(refused, LoginError::Mismatched("another state")), "{refused}");
    let refused = world.app.finish(spoilt(&mine, "verifier"), &returned).await.err().unwrap();
    assert!(
        matches!(&refused, LoginError::Declined { message, .. } if message == "invalid code verifier"),
        "{refused}"
    );
    // That has used it up.
    let refused = world.app.finish(mine, &returned).await.err().unwrap();
    assert!(matches!(&refused, LoginError::Declined { message, .. } if message == "expired authorization code"));

    let mine = world.begin(3).await;
    let returned = world.person_decides(&mine, "allow").await;
    let refused = world.app.finish(spoilt(&mine, "nonce"), &returned).await.err().unwrap();
    assert!(matches!(refused, LoginError::Mismatched("another nonce")), "{refused}");
}

#[tokio::test]
async fn a_rotated_token_is_stored_before_anything_is_asked_with_it() {
    let world = World::new().await;
    let first = refresh_token(&world.log_in().await);
    let row = Row::holding(&first);
    let connection = world.connect(row.home());
    for uses in 1..=3 {
        world.org.expire_sessions();
        let asked = world.calls("/services/data/");
        row.is_away.store(true, Ordering::SeqCst);
        connection.query(QUERY).await.unwrap_err();
        // The first call with a dead session cannot know; nothing is asked with the new one.
        assert_eq!(world.calls("/services/data/"), asked + usize::from(uses > 1));
        row.is_away.store(false, Ordering::SeqCst);
        world.clock.advance_millis(2_000);
        connection.query(QUERY).await.unwrap();
        assert_eq!(row.kept().len(), 2 * uses, "the one that waited, and its own successor");
    }
    let kept = row.kept();
    assert!(!kept.contains(&first) && kept.windows(2).all(|pair| pair[0] != pair[1]), "each use gave another");
    assert_eq!(*row.token.lock().await, kept[5]);
}

#[tokio::test]
async fn two_connectors_with_one_row_use_every_token_once() {
    let world = World::new().await;
    let row = Row::holding(&refresh_token(&world.log_in().await));
    let connections = [world.connect(row.home()), world.connect(row.home())];
    for _ in 0..3 {
        world.org.expire_sessions();
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..10 {
            let connection = connections[number % 2].clone();
            calls.spawn(async move { connection.query(QUERY).await.map(drop) });
        }
        while let Some(outcome) = calls.join_next().await {
            outcome.unwrap().unwrap();
        }
    }
    assert_eq!(row.kept().len(), 6, "one for each connector and round");
}

/// A home whose process dies just when it is to store: the row keeps the old token.
fn dying_home(row: &Row) -> RefreshTokenHome {
    let row = row.clone();
    RefreshTokenHome {
        take: Arc::new(move || {
            let row = row.clone();
            Box::pin(async move {
                let token = Zeroizing::new(row.token.lock().await.clone());
                Ok(TakenRefreshToken { token, keep: Box::new(|_| Box::pin(std::future::pending())) })
            })
        }),
    }
}

#[tokio::test]
async fn a_connector_that_dies_between_answer_and_storing_asks_for_a_new_login_in_one_sentence() {
    let world = World::new().await;
    let row = Row::holding(&refresh_token(&world.log_in().await));
    let dying = world.connect(dying_home(&row));
    let tokens = world.calls("/services/oauth2/token");
    let mut process = tokio::task::JoinSet::new();
    process.spawn(async move { dying.query(QUERY).await.map(drop) });
    while world.calls("/services/oauth2/token") == tokens {
        tokio::task::yield_now().await;
    }
    process.shutdown().await;
    assert_eq!(world.calls("/services/data/"), 0, "nothing was asked with a token that is not stored");

    // The next process has the old token only.
    let next = world.connect(row.home());
    needs_a_person(next.query(QUERY).await);
    *row.token.lock().await = refresh_token(&world.log_in().await).to_string();
    world.clock.advance_millis(30_000);
    next.query(QUERY).await.unwrap();
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_asks_for_a_new_login_and_touches_no_other() {
    let world = World::new().await;
    let other = world.connect(Row::holding(&refresh_token(&world.log_in().await)).home());
    other.query(QUERY).await.unwrap();
    let connection = world.connect(Row::holding(&refresh_token(&world.log_in().await)).home());
    world.org.faults().add(Fault::lose_answer().on("POST", "/services/oauth2/token")).unwrap();
    let lost = connection.query(QUERY).await.unwrap_err();
    assert!(matches!(lost, OrgError::RetryLater { .. }), "{lost}");
    world.clock.advance_millis(2_000);
    needs_a_person(connection.query(QUERY).await);
    other.query(QUERY).await.unwrap();
}

#[tokio::test]
async fn a_login_that_is_revoked_is_over() {
    let world = World::new().await;
    let person = world.log_in().await;
    let row = Row::holding(&refresh_token(&person));
    let connection = world.connect(row.home());
    connection.query(QUERY).await.unwrap();
    let current = row.token.lock().await.clone();
    world.app.revoke(&current).await.unwrap();
    assert!(!world.app.introspect(&current).await.unwrap().active);
    needs_a_person(connection.query(QUERY).await);
    // Once more is no mistake.
    world.app.revoke(&current).await.unwrap();
}

#[tokio::test]
async fn a_person_who_left_is_refused_with_the_orgs_words() {
    let world = World::new().await;
    let connection = world.connect(Row::holding(&refresh_token(&world.log_in().await)).home());
    let left = format!("{}/__sim/users/anna/deactivate", world.org.admin_url());
    let answer = reqwest::Client::builder().no_proxy().build().unwrap().post(left).json(&Value::Null).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    let refusal = connection.query(QUERY).await.unwrap_err();
    assert!(matches!(&refusal, OrgError::Reauthorise { message, .. } if message == "inactive user"), "{refusal}");
}
