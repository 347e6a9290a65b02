//! Mails to customers and what became of them.
//!
//! Invariant: a mail leaves `sending` only by an answer of the mail server; one found in `sending` by another worker is
//! `unknown`, and nobody repeats it but a person.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct MailRow {
    pub org_id: String,
    pub id: String,
    pub request_id: String,
    pub kind: String,
    pub link_id: Option<String>,
    pub state: String,
    pub failure: Option<String>,
    pub created_at: i64,
    pub settled_at: Option<i64>,
}

pub async fn insert(connection: &mut AnyConnection, mail: &MailRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO mails (org_id, id, request_id, kind, link_id, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'queued', $6)",
    )
    .bind(&mail.org_id)
    .bind(&mail.id)
    .bind(&mail.request_id)
    .bind(&mail.kind)
    .bind(&mail.link_id)
    .bind(mail.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<Option<MailRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM mails WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The newest mail of a kind that a request has.
pub async fn newest(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
    kind: &str,
) -> Result<Option<MailRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT * FROM mails WHERE org_id = $1 AND request_id = $2 AND kind = $3 \
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(org_id)
    .bind(request_id)
    .bind(kind)
    .fetch_optional(connection)
    .await?)
}

/// Moves a mail from one state to another; false when it was not there.
pub async fn advance(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    from: &str,
    to: &str,
    failure: Option<&str>,
    now: i64,
) -> Result<bool, StoreError> {
    let settled_at = matches!(to, "sent" | "failed" | "unknown").then_some(now);
    let done = sqlx::query(
        "UPDATE mails SET state = $4, failure = $5, settled_at = $6 WHERE org_id = $1 AND id = $2 AND state = $3",
    )
    .bind(org_id)
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(failure)
    .bind(settled_at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
