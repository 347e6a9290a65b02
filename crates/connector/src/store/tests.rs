//! Every function of the store whose predicate something depends on, tried on SQLite and on a real PostgreSQL.

mod databases;
mod fixtures;
mod lookups;
mod opening;
mod outbox;
mod pending;
mod turns;

use databases::TestDatabase;

use super::Store;

/// Tells the same story twice, once on each engine.
async fn on_both(story: impl AsyncFn(&Store)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let store = Store::open(&database.url, 8).await.unwrap();
        story(&store).await;
        store.close().await;
        database.remove().await;
    }
}
