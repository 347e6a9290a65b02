//! What is wrong at the end of a story, whatever it was about: work left, objects and rows that do not match, and plain
//! text of a customer's file anywhere outside the envelope.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use connector::store::Engine;
use futures_util::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use sqlx::{AssertSqlSafe, Row as _};

use crate::casegate::Casegate;
use crate::logs;

pub async fn look(world: &Casegate) -> Vec<String> {
    let mut findings = Vec::new();
    for job in world.jobs().await {
        findings.push(format!("a job is left: {} {} {:?}", job.kind, job.subject_id, job.last_error));
    }
    let marks = marks(&world.marker);
    rows_and_objects(world, &marks, &mut findings).await;
    cells(world, &marks, &mut findings).await;
    if found(&logs::lines(), &marks) {
        findings.push("a log line holds bytes of a customer's file".to_owned());
    }
    salesforce(world, &marks, &mut findings);
    findings
}

/// The marker as it is, in hexadecimal, and as base64 shows it at each of its three alignments.
fn marks(marker: &str) -> Vec<Vec<u8>> {
    let mut marks = vec![marker.as_bytes().to_vec(), hex::encode(marker).into_bytes()];
    for shift in 0..3 {
        let padded = format!("{}{marker}", "x".repeat(shift));
        let encoded = STANDARD_NO_PAD.encode(padded);
        // The first and the last few characters also depend on what stands beside the marker.
        marks.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    marks
}

fn found(haystack: &[u8], marks: &[Vec<u8>]) -> bool {
    marks.iter().any(|mark| memchr::memmem::find(haystack, mark).is_some())
}

async fn rows_and_objects(world: &Casegate, marks: &[Vec<u8>], findings: &mut Vec<String>) {
    let mut reader = world.connector.app.store.read().await.expect("the database answers");
    let mut names = async |sql: &'static str| -> BTreeSet<String> {
        let rows = sqlx::query(sql).fetch_all(&mut *reader).await.expect("object names can be read");
        rows.iter().map(|row| row.get(0)).collect()
    };
    let owned = names(
        "SELECT object_name FROM segments UNION ALL SELECT object_name FROM secure_files WHERE state = 'held' \
         UNION ALL SELECT key_object_name FROM secure_files WHERE state = 'held'",
    )
    .await;
    let pending = names("SELECT object_name FROM pending_objects").await;
    drop(reader);
    let objects = world.connector.app.vault.objects();
    let stored: Vec<_> = objects.list(None).try_collect().await.expect("objects can be listed");
    let mut there = BTreeSet::new();
    for object in stored {
        let name = object.location.to_string();
        let bytes = objects.get(&object.location).await.expect("the object is there").bytes().await;
        if found(&bytes.expect("the object can be read"), marks) {
            findings.push(format!("the object {name} holds bytes of a customer's file"));
        }
        if !name.strip_suffix(".age").is_some_and(|stem| stem.starts_with("staging/") || stem.starts_with("files/")) {
            findings.push(format!("the object {name} has no name of ours"));
        }
        there.insert(name);
    }
    for name in owned.intersection(&pending) {
        findings.push(format!("the object {name} is owned and pending at once"));
    }
    for name in owned.difference(&there) {
        findings.push(format!("a row without its object: {name}"));
    }
    for name in there.difference(&owned).filter(|name| !pending.contains(*name)) {
        findings.push(format!("an object without a row: {name}"));
    }
}

/// Every cell of every table. SQLite's file is read as it lies there, so that what was deleted shows too.
async fn cells(world: &Casegate, marks: &[Vec<u8>], findings: &mut Vec<String>) {
    if world.connector.app.store.engine() == Engine::Sqlite {
        for name in ["casegate.sqlite", "casegate.sqlite-wal"] {
            let bytes = std::fs::read(world.folder.path().join(name)).unwrap_or_default();
            if found(&bytes, marks) {
                findings.push(format!("{name} holds bytes of a customer's file"));
            }
        }
        return;
    }
    let mut reader = world.connector.app.store.read().await.expect("the database answers");
    let tables = sqlx::query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'")
        .fetch_all(&mut *reader)
        .await
        .expect("tables can be listed");
    assert!(tables.len() > 10, "the tables are there");
    for table in tables {
        let table: String = table.get(0);
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM \"{table}\" t")))
            .fetch_all(&mut *reader)
            .await
            .expect("rows can be read");
        if rows.iter().any(|row| found(row.get::<String, _>(0).as_bytes(), marks)) {
            findings.push(format!("a row of {table} holds bytes of a customer's file"));
        }
    }
}

fn salesforce(world: &Casegate, marks: &[Vec<u8>], findings: &mut Vec<String>) {
    for org in &world.orgs {
        findings.extend(org.verdict());
        for mail in org.mails().iter().filter(|mail| found(mail.raw.as_bytes(), marks)) {
            findings.push(format!("the mail {:?} holds bytes of a customer's file", mail.subject));
        }
    }
}
