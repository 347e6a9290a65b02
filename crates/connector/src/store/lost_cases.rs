//! Deleted Cases of which something is held: their records name no Case until it comes back.

use sqlx::AnyConnection;

use super::StoreError;

/// False when it was known.
pub async fn remember(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO lost_cases (org_id, case_id, lost_at) VALUES ($1, $2, $3) ON CONFLICT (org_id, case_id) DO NOTHING",
    )
    .bind(org_id)
    .bind(case_id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False when somebody else forgot it first.
pub async fn forget(connection: &mut AnyConnection, org_id: &str, case_id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM lost_cases WHERE org_id = $1 AND case_id = $2")
        .bind(org_id)
        .bind(case_id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_lost(connection: &mut AnyConnection, org_id: &str, case_id: &str) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT lost_at FROM lost_cases WHERE org_id = $1 AND case_id = $2")
        .bind(org_id)
        .bind(case_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Those lost since then, the latest first.
pub async fn list_since(
    connection: &mut AnyConnection,
    org_id: &str,
    since: i64,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let ids: Vec<(String,)> = sqlx::query_as(
        "SELECT case_id FROM lost_cases WHERE org_id = $1 AND lost_at >= $2 ORDER BY lost_at DESC, case_id LIMIT $3",
    )
    .bind(org_id)
    .bind(since)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}
