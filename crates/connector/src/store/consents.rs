//! What a customer agreed to, and when.

use sqlx::{AnyConnection, Row as _};

use super::StoreError;

/// Recorded once per wording; agreeing again changes nothing.
pub async fn insert(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
    wording_version: &str,
    wording: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO consents (org_id, request_id, wording_version, wording, given_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id, request_id, wording_version) DO NOTHING",
    )
    .bind(org_id)
    .bind(request_id)
    .bind(wording_version)
    .bind(wording)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_given(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
    wording_version: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM consents \
         WHERE org_id = $1 AND request_id = $2 AND wording_version = $3 AND withdrawn_at IS NULL",
    )
    .bind(org_id)
    .bind(request_id)
    .bind(wording_version)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}
