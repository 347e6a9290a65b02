//! File requests and the moments that closed them.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct FileRequestRow {
    pub org_id: String,
    pub id: String,
    pub case_id: String,
    pub case_number: String,
    pub client_id: String,
    pub created_by_user_id: String,
    pub created_by_name: String,
    pub recipient_name: String,
    pub recipient_email: String,
    pub contact_id: Option<String>,
    pub language: String,
    pub needed: String,
    pub message: String,
    pub due_on: Option<String>,
    pub policy: String,
    pub state: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub opened_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub salesforce_id: Option<String>,
}

/// False when the Case already has a request of this `client_id`, or the record of Salesforce was claimed before.
pub async fn insert(connection: &mut AnyConnection, request: &FileRequestRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO file_requests (org_id, id, case_id, case_number, client_id, created_by_user_id, created_by_name, \
         recipient_name, recipient_email, contact_id, language, needed, message, due_on, policy, state, created_at, \
         expires_at, salesforce_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18) \
         ON CONFLICT DO NOTHING",
    )
    .bind(&request.org_id)
    .bind(&request.id)
    .bind(&request.case_id)
    .bind(&request.case_number)
    .bind(&request.client_id)
    .bind(&request.created_by_user_id)
    .bind(&request.created_by_name)
    .bind(&request.recipient_name)
    .bind(&request.recipient_email)
    .bind(&request.contact_id)
    .bind(&request.language)
    .bind(&request.needed)
    .bind(&request.message)
    .bind(&request.due_on)
    .bind(&request.policy)
    .bind(request.created_at)
    .bind(request.expires_at)
    .bind(&request.salesforce_id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
) -> Result<Option<FileRequestRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM file_requests WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The customer's link names no Org: the id is 128 random bits, unique over all of them.
pub async fn find_by_public_id(connection: &mut AnyConnection, id: &str) -> Result<Option<FileRequestRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM file_requests WHERE id = $1").bind(id).fetch_optional(connection).await?)
}

pub async fn find_by_client_id(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    client_id: &str,
) -> Result<Option<FileRequestRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM file_requests WHERE org_id = $1 AND case_id = $2 AND client_id = $3")
        .bind(org_id)
        .bind(case_id)
        .bind(client_id)
        .fetch_optional(connection)
        .await?)
}

/// Newest first.
pub async fn list_of_case(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    limit: i64,
) -> Result<Vec<FileRequestRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT * FROM file_requests WHERE org_id = $1 AND case_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3",
    )
    .bind(org_id)
    .bind(case_id)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// Closes an open request. False when somebody else closed it first.
pub async fn close(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    to: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE file_requests SET state = $3, closed_at = $4 \
         WHERE org_id = $1 AND id = $2 AND state IN ('open', 'suspended')",
    )
    .bind(org_id)
    .bind(id)
    .bind(to)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Its Case was deleted. False when it is not open.
pub async fn suspend(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE file_requests SET state = 'suspended' WHERE org_id = $1 AND id = $2 AND state = 'open'")
            .bind(org_id)
            .bind(id)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Its Case came back. False when it is not suspended.
pub async fn resume(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE file_requests SET state = 'open' WHERE org_id = $1 AND id = $2 AND state = 'suspended'")
            .bind(org_id)
            .bind(id)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Its Case was merged into another. The client id gets the request's own behind it, as two Cases may have had the same.
pub async fn move_to_case(
    connection: &mut AnyConnection,
    request: &FileRequestRow,
    case_id: &str,
    case_number: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE file_requests SET case_id = $4, case_number = $5, client_id = client_id || ' ' || id \
         WHERE org_id = $1 AND id = $2 AND case_id = $3",
    )
    .bind(&request.org_id)
    .bind(&request.id)
    .bind(&request.case_id)
    .bind(case_id)
    .bind(case_number)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE uploads SET case_id = $3 WHERE org_id = $1 AND request_id = $2")
        .bind(&request.org_id)
        .bind(&request.id)
        .bind(case_id)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Keeps the request open until the transaction ends: whoever wants to close it waits. False when it is closed.
pub async fn hold_open(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE file_requests SET state = state WHERE org_id = $1 AND id = $2 AND state = 'open'")
        .bind(org_id)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The first redemption of any link; later ones leave it.
pub async fn mark_opened(connection: &mut AnyConnection, org_id: &str, id: &str, now: i64) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE file_requests SET opened_at = $3 WHERE org_id = $1 AND id = $2 AND opened_at IS NULL")
            .bind(org_id)
            .bind(id)
            .bind(now)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_salesforce_id(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    salesforce_id: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE file_requests SET salesforce_id = $3 WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .bind(salesforce_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Open requests whose links are past their lifetime, over all Orgs.
pub async fn list_expired(
    connection: &mut AnyConnection,
    now: i64,
    limit: i64,
) -> Result<Vec<FileRequestRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT * FROM file_requests WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}
