//! The outbox: work for the outside world, enqueued in the transaction of its cause.
//!
//! Invariant: a job is removed only by the worker that holds its lease, and only if no new cause arrived meanwhile.

use sqlx::{AnyConnection, FromRow, Row as _};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct JobRow {
    pub id: String,
    pub org_id: String,
    pub kind: String,
    pub subject_id: String,
    pub generation: i64,
    pub attempts: i64,
    pub run_at: i64,
    pub leased_until: i64,
    pub lease: String,
    pub last_error: Option<String>,
    pub created_at: i64,
}

/// Adds a cause. While the same job waits they coalesce; while it runs it will run once more.
pub async fn enqueue(
    connection: &mut AnyConnection,
    id: &str,
    org_id: &str,
    kind: &str,
    subject_id: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (id, org_id, kind, subject_id, generation, attempts, run_at, leased_until, lease, created_at) \
         VALUES ($1, $2, $3, $4, 0, 0, $5, 0, '', $5) \
         ON CONFLICT (org_id, kind, subject_id) DO UPDATE SET generation = jobs.generation + 1, attempts = 0, \
         run_at = excluded.run_at",
    )
    .bind(id)
    .bind(org_id)
    .bind(kind)
    .bind(subject_id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is due and free, the longest due first.
pub async fn due(connection: &mut AnyConnection, now: i64, limit: i64) -> Result<Vec<String>, StoreError> {
    let ids: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM jobs WHERE run_at <= $1 AND leased_until <= $1 ORDER BY run_at, id LIMIT $2")
            .bind(now)
            .bind(limit)
            .fetch_all(connection)
            .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Takes a job for `leased_until`. `None` when another worker was first.
pub async fn lease(
    connection: &mut AnyConnection,
    id: &str,
    lease: &str,
    now: i64,
    leased_until: i64,
) -> Result<Option<JobRow>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE jobs SET lease = $2, leased_until = $4, attempts = attempts + 1 \
         WHERE id = $1 AND run_at <= $3 AND leased_until <= $3 RETURNING *",
    )
    .bind(id)
    .bind(lease)
    .bind(now)
    .bind(leased_until)
    .fetch_optional(connection)
    .await?)
}

/// A long job says that it still lives. False when its lease has passed to another worker.
pub async fn renew(
    connection: &mut AnyConnection,
    id: &str,
    lease: &str,
    leased_until: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE jobs SET leased_until = $3 WHERE id = $1 AND lease = $2")
        .bind(id)
        .bind(lease)
        .bind(leased_until)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Done: removed, or run again at once when a new cause arrived while it ran.
pub async fn finish(connection: &mut AnyConnection, job: &JobRow) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM jobs WHERE id = $1 AND lease = $2 AND generation = $3")
        .bind(&job.id)
        .bind(&job.lease)
        .bind(job.generation)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE jobs SET lease = '', leased_until = 0, attempts = 0 WHERE id = $1 AND lease = $2")
        .bind(&job.id)
        .bind(&job.lease)
        .execute(connection)
        .await?;
    Ok(())
}

/// Not done: again at `run_at`.
pub async fn postpone(
    connection: &mut AnyConnection,
    job: &JobRow,
    run_at: i64,
    error: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE jobs SET lease = '', leased_until = 0, run_at = $3, last_error = $4 WHERE id = $1 AND lease = $2",
    )
    .bind(&job.id)
    .bind(&job.lease)
    .bind(run_at)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(())
}

/// Everything that waits or runs, for tests and operators.
pub async fn list(connection: &mut AnyConnection, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM jobs ORDER BY run_at, id LIMIT $1").bind(limit).fetch_all(connection).await?)
}

/// How many wait or run, and since when the oldest has been due.
pub async fn backlog(connection: &mut AnyConnection) -> Result<(i64, Option<i64>), StoreError> {
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT), CAST(MIN(run_at) AS BIGINT) FROM jobs")
        .fetch_one(connection)
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
