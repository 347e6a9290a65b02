//! Sessions of customers: what a redeemed link is exchanged for.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct CustomerSessionRow {
    pub token_hash: String,
    pub org_id: String,
    pub request_id: String,
    pub link_id: String,
    pub created_at: i64,
    pub expires_at: i64,
}

pub async fn insert(connection: &mut AnyConnection, session: &CustomerSessionRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO customer_sessions (token_hash, org_id, request_id, link_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&session.token_hash)
    .bind(&session.org_id)
    .bind(&session.request_id)
    .bind(&session.link_id)
    .bind(session.created_at)
    .bind(session.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A session that has not ended at `now`.
pub async fn find_live(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: i64,
) -> Result<Option<CustomerSessionRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM customer_sessions WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now)
        .fetch_optional(connection)
        .await?)
}

/// Moves the end of a live session forward, never back.
pub async fn extend(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE customer_sessions SET expires_at = $3 WHERE token_hash = $1 AND expires_at > $2 AND expires_at < $3",
    )
    .bind(token_hash)
    .bind(now)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove_expired(connection: &mut AnyConnection, now: i64) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM customer_sessions WHERE expires_at <= $1").bind(now).execute(connection).await?;
    Ok(done.rows_affected())
}
