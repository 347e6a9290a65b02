//! SIGKILL at random moments while requests of a flow are claimed: each is claimed once, each customer is asked at most
//! once.

use std::collections::BTreeSet;
use std::time::Duration;

use connector::randomness::Randomness;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::stage::Stage;

const REQUESTS: usize = 40;
const MOST_KILLS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_neither_lose_nor_double_a_claim() {
    let mut stage = Stage::set().await;
    stage.kill();
    let url = format!("{}/__sim/records/FileRequest__c", stage.org.admin_url());
    for number in 0..REQUESTS {
        let fields = json!({
            "Case__c": stage.case, "State__c": "Requested", "RecipientEmail__c": "grace.hopper@customer.example",
            "Needed__c": format!("file {number}"),
        });
        let made = stage.http.post(&url).json(&json!({ "user": "admin", "fields": fields })).send().await.unwrap();
        assert!(made.status().is_success());
    }
    let mut kills = 0;
    while waiting(&stage) > 0 && kills < MOST_KILLS {
        look_at_once(&stage).await;
        stage.start().await;
        let life = u64::from(Randomness::system().bytes::<1>()[0]);
        tokio::time::sleep(Duration::from_millis(life)).await;
        stage.kill();
        kills += 1;
    }
    println!("{kills} kills while {REQUESTS} requests were claimed");
    // What is left is done in peace.
    look_at_once(&stage).await;
    stage.start().await;
    for _ in 0..3_000 {
        if waiting(&stage) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let records = stage.org.records("FileRequest__c");
    assert_eq!(records.len(), REQUESTS, "no record was made beside a flow's");
    let ids: BTreeSet<_> = records.iter().map(|record| record["ExternalId__c"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), REQUESTS);
    let mut asked = BTreeSet::new();
    for mail in stage.org.mails() {
        let text = mail.text.unwrap();
        let is_ours =
            |line: &&str| line.trim().strip_prefix("file ").is_some_and(|number| number.parse::<u32>().is_ok());
        let needed = text.lines().find(is_ours).unwrap().trim().to_owned();
        assert!(asked.insert(needed.clone()), "{needed} was asked for twice");
    }
    println!("{} mails", asked.len());
}

fn waiting(stage: &Stage) -> usize {
    stage.org.records("FileRequest__c").iter().filter(|record| record["ExternalId__c"] == Value::Null).count()
}

/// The next connector need not wait for its turn, nor until the leases of the dead one end.
async fn look_at_once(stage: &Stage) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", stage.folder.path().join("casegate.sqlite").display());
    let mut database = sqlx::AnyConnection::connect(&url).await.unwrap();
    database.execute("UPDATE followed_orgs SET next_look_at = 0").await.unwrap();
    database.execute("UPDATE jobs SET leased_until = 0, run_at = 0").await.unwrap();
    database.close().await.unwrap();
}
