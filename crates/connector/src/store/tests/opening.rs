//! What a store refuses to open: a newer schema, and anything that could lose a committed transaction.

use sqlx::Executor as _;

use super::databases::{Server, TestDatabase, say};
use crate::store::{Store, StoreError};

async fn complaint(store: &Store) -> String {
    store.assert_durable().await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_database_of_a_newer_casegate_is_refused() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        Store::open(&database.url, 2).await.unwrap().close().await;
        // Opened again by the same version: nothing to do.
        Store::open(&database.url, 2).await.unwrap().close().await;
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     SELECT 9001, description, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1";
        say(&database.url, newer).await;
        let refused = Store::open(&database.url, 2).await.err().expect("refused");
        assert!(matches!(refused, StoreError::NewerSchema(9_001)), "{refused}");
        assert!(refused.to_string().contains("newer casegate"), "{refused}");
        database.remove().await;
    }
}

#[tokio::test]
async fn an_engine_that_we_do_not_speak_is_refused() {
    assert!(matches!(Store::open("mysql://localhost/x", 1).await, Err(StoreError::UnknownEngine)));
}

#[tokio::test]
async fn sqlite_that_does_not_wait_for_the_disk_is_refused() {
    let database = TestDatabase::sqlite();
    let store = Store::open(&database.url, 1).await.unwrap();
    for (setting, expected) in [
        ("PRAGMA synchronous = OFF", "synchronous is 0"),
        ("PRAGMA synchronous = NORMAL", "synchronous is 1"),
        ("PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF", "secure_delete is 0"),
        ("PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE", "journal_mode is delete"),
    ] {
        store.read().await.unwrap().execute(setting).await.unwrap();
        let complaint = complaint(&store).await;
        assert!(complaint.contains(expected), "{setting}: {complaint}");
    }
    store.close().await;
}

#[tokio::test]
async fn postgres_that_answers_before_the_disk_is_refused() {
    let database = TestDatabase::postgres().await;
    let store = Store::open(&database.url, 1).await.unwrap();
    for weak in ["off", "local"] {
        let setting = format!("SET synchronous_commit = {weak}");
        store.read().await.unwrap().execute(sqlx::AssertSqlSafe(setting)).await.unwrap();
        let complaint = complaint(&store).await;
        assert!(complaint.contains(&format!("synchronous_commit is {weak}")), "{complaint}");
    }
    store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_default_of_the_database_does_not_weaken_our_commits() {
    let database = TestDatabase::postgres().await;
    let name = database.url.rsplit('/').next().unwrap().to_owned();
    say(&database.url, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    Store::open(&database.url, 2).await.unwrap().close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_database_that_sorts_by_language_is_refused() {
    // The C locale for everything but sorting: its name alone would let it pass.
    let icu = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'";
    let database = TestDatabase::postgres_with(icu).await;
    let refused = Store::open(&database.url, 2).await.err().expect("refused").to_string();
    assert!(refused.contains("the collation of the database is that of a language"), "{refused}");
    database.remove().await;
}

#[tokio::test]
async fn a_server_without_fsync_is_refused() {
    let server = tokio::task::spawn_blocking(|| Server::start(&["-c", "fsync=off"])).await.unwrap();
    let database = TestDatabase::postgres_at(&server.url, "LC_COLLATE 'C' LC_CTYPE 'C'").await;
    let refused = Store::open(&database.url, 1).await.err().expect("refused").to_string();
    assert!(refused.contains("fsync is off, it must be on"), "{refused}");
}
