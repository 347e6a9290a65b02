//! How far each Org was followed, and whose turn it is to look.

use sqlx::{AnyConnection, Row as _};

use super::StoreError;

/// Takes the turn to look at an Org, when one is due: the next is at `next`. Gives the stamp up to which lost Cases were
/// dealt with; `first` for an Org that is new here.
pub async fn take_turn(
    connection: &mut AnyConnection,
    org_id: &str,
    now: i64,
    next: i64,
    first: i64,
) -> Result<Option<i64>, StoreError> {
    sqlx::query(
        "INSERT INTO followed_orgs (org_id, next_look_at, cases_seen_until_at) VALUES ($1, 0, $2) \
         ON CONFLICT (org_id) DO NOTHING",
    )
    .bind(org_id)
    .bind(first)
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query(
        "UPDATE followed_orgs SET next_look_at = $3 WHERE org_id = $1 AND next_look_at <= $2 \
         RETURNING cases_seen_until_at",
    )
    .bind(org_id)
    .bind(now)
    .bind(next)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Never goes back.
pub async fn saw_cases_until(connection: &mut AnyConnection, org_id: &str, until: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE followed_orgs SET cases_seen_until_at = $2 WHERE org_id = $1 AND cases_seen_until_at < $2")
        .bind(org_id)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(())
}
