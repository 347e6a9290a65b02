//! Download tickets: one file, one agent, first used within a minute.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct TicketRow {
    pub token_hash: String,
    pub org_id: String,
    pub file_id: String,
    pub case_id: String,
    pub user_id: String,
    pub created_at: i64,
    pub first_used_at: Option<i64>,
    pub expires_at: i64,
}

pub async fn insert(connection: &mut AnyConnection, ticket: &TicketRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tickets (token_hash, org_id, file_id, case_id, user_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&ticket.token_hash)
    .bind(&ticket.org_id)
    .bind(&ticket.file_id)
    .bind(&ticket.case_id)
    .bind(&ticket.user_id)
    .bind(ticket.created_at)
    .bind(ticket.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find_live(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: i64,
) -> Result<Option<TicketRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM tickets WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now)
        .fetch_optional(connection)
        .await?)
}

/// The first use moves the end from "60 s after it was made" to the time a download may take.
pub async fn mark_used(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE tickets SET first_used_at = $2, expires_at = $3 \
         WHERE token_hash = $1 AND first_used_at IS NULL AND expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove_expired(connection: &mut AnyConnection, now: i64) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM tickets WHERE expires_at <= $1").bind(now).execute(connection).await?;
    Ok(done.rows_affected())
}
