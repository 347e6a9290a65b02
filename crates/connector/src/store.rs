//! What the connector remembers: one SQL text for SQLite and PostgreSQL, and the only SQL there is.
//!
//! Functions per noun over an open transaction; a transaction carries the name of the operation that opened it.
//!
//! Invariants: a committed transaction survives a power cut (asserted when the store opens); every transition is a
//! compare-and-set that repeats its predicate outside any subquery; every row is scoped by Org.
//! Units: `_at` epoch milliseconds, `_bytes` bytes.

pub mod audit_events;
pub mod consents;
pub mod customer_sessions;
pub mod file_requests;
pub mod followed_orgs;
pub mod jobs;
pub mod links;
pub mod lost_cases;
pub mod mails;
pub mod pending_objects;
pub mod secure_files;
pub mod segments;
pub mod tickets;
pub mod uploads;

use std::ops::{Deref, DerefMut};

/// What every query runs on: a transaction or a reading connection.
pub use sqlx::AnyConnection as Connection;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions as _, Executor as _, Row as _};

static SCHEMA: Migrator = sqlx::migrate!("./schema");

/// Which engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("the database did not answer as expected: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database url must begin with sqlite: or postgres:")]
    UnknownEngine,
    #[error("the database was written by a newer casegate (schema {0}); install that version or restore a backup")]
    NewerSchema(i64),
    #[error("the schema could not be applied: {0}")]
    Schema(MigrateError),
    #[error("the database is not durable: {0}")]
    NotDurable(String),
    #[error("a stored value could not be read: {0}")]
    Unreadable(&'static str),
}

/// An open database.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

impl Store {
    /// Connects, applies the schema, and refuses a database that could lose a committed transaction.
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let store = Self::connect(url, connections).await?;
        store.apply_schema().await?;
        store.assert_durable().await?;
        Ok(store)
    }

    /// Connects without touching the schema: what `check-config` does.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("sqlite:") {
            Engine::Sqlite
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Engine::Postgres
        } else {
            return Err(StoreError::UnknownEngine);
        };
        let options: AnyConnectOptions = url.parse()?;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let settings = match engine {
                        Engine::Sqlite => {
                            "PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                             PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                        }
                        Engine::Postgres => "SET synchronous_commit = on; SET lock_timeout = '20s';",
                    };
                    connection.execute(settings).await?;
                    Ok(())
                })
            })
            .connect_with(options.disable_statement_logging())
            .await?;
        Ok(Self { pool, engine })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    async fn apply_schema(&self) -> Result<(), StoreError> {
        SCHEMA.run(&self.pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                StoreError::NewerSchema(version)
            }
            other => StoreError::Schema(other),
        })
    }

    /// Acknowledged means durable: <https://www.sqlite.org/pragma.html#pragma_synchronous>,
    /// <https://www.postgresql.org/docs/15/runtime-config-wal.html>.
    pub async fn assert_durable(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        let expected: &[(&str, &'static str, &[&str])] = match self.engine {
            Engine::Sqlite => &[
                ("journal_mode", "PRAGMA journal_mode", &["wal"]),
                ("synchronous", "PRAGMA synchronous", &["2", "3"]),
                ("secure_delete", "PRAGMA secure_delete", &["1"]),
            ],
            Engine::Postgres => &[
                ("fsync", "SELECT current_setting('fsync')", &["on"]),
                ("full_page_writes", "SELECT current_setting('full_page_writes')", &["on"]),
                ("synchronous_commit", "SELECT current_setting('synchronous_commit')", &["on", "remote_apply"]),
                // A language's order changes with the system's libraries and then corrupts indexes. Which provider
                // sorts is told in as many ways as there are versions: the order itself tells.
                (
                    "the collation of the database",
                    "SELECT CASE string_agg(word, '' ORDER BY word) WHEN '-AB_ab' THEN 'C' ELSE 'that of a language' \
                     END FROM (VALUES ('b'), ('A'), ('_'), ('a'), ('-'), ('B')) AS words (word)",
                    &["C"],
                ),
            ],
        };
        for (setting, question, accepted) in expected {
            let row = sqlx::query(*question).fetch_one(&mut *connection).await?;
            let answer = row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string()))?;
            if !accepted.contains(&answer.as_str()) {
                return Err(StoreError::NotDurable(format!(
                    "{setting} is {answer}, it must be {}",
                    accepted.join(" or ")
                )));
            }
        }
        Ok(())
    }

    /// Begins a writing transaction. On SQLite it takes the write lock at once, so that it cannot fail half-way.
    pub async fn transaction(&self, name: &'static str) -> Result<Transaction, StoreError> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        Ok(Transaction { inner: self.pool.begin_with(begin).await?, name })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A named writing transaction; dropped without [`commit`](Self::commit) it leaves no trace.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    name: &'static str,
}

impl Transaction {
    /// What was written is durable when this returns.
    pub async fn commit(self) -> Result<(), StoreError> {
        let result = self.inner.commit().await;
        let outcome = if result.is_ok() { "committed" } else { "failed" };
        metrics::counter!("casegate_transactions_total", "name" => self.name, "outcome" => outcome).increment(1);
        Ok(result?)
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

#[cfg(test)]
mod tests;
