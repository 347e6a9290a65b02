//! Objects that may exist without a row that points to them.
//!
//! Invariant: a name is consumed by the transaction that adopts the object or claimed by the sweep, never both.

use sqlx::{AnyConnection, Row as _};

use super::StoreError;

/// Recorded before the object is written, in a transaction of its own.
pub async fn record(
    connection: &mut AnyConnection,
    org_id: &str,
    object_name: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO pending_objects (object_name, org_id, claimed, created_at) VALUES ($1, $2, 0, $3)")
        .bind(object_name)
        .bind(org_id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// True when the object is now the caller's to point a row to; false when the sweep was first.
pub async fn consume(connection: &mut AnyConnection, object_name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM pending_objects WHERE object_name = $1 AND claimed = 0")
        .bind(object_name)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Claims what nobody adopted before `older_than`; names claimed earlier (by a sweep that died) come again.
pub async fn claim_abandoned(
    connection: &mut AnyConnection,
    older_than: i64,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "UPDATE pending_objects SET claimed = 1 WHERE created_at < $1 AND object_name IN \
         (SELECT object_name FROM pending_objects WHERE created_at < $1 ORDER BY created_at, object_name LIMIT $2) \
         RETURNING object_name",
    )
    .bind(older_than)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Somebody is still writing it: the sweep's patience begins anew.
pub async fn keep(connection: &mut AnyConnection, object_name: &str, now: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE pending_objects SET created_at = $2 WHERE object_name = $1 AND claimed = 0")
        .bind(object_name)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The object is gone from the bucket.
pub async fn forget(connection: &mut AnyConnection, object_name: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pending_objects WHERE object_name = $1 AND claimed = 1")
        .bind(object_name)
        .execute(connection)
        .await?;
    Ok(())
}

/// Hands objects that were adopted to the sweep: the row that pointed to them goes in the same transaction.
pub async fn release(connection: &mut AnyConnection, org_id: &str, object_name: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO pending_objects (object_name, org_id, claimed, created_at) VALUES ($1, $2, 1, 0) \
         ON CONFLICT (object_name) DO UPDATE SET claimed = 1",
    )
    .bind(object_name)
    .bind(org_id)
    .execute(connection)
    .await?;
    Ok(())
}
