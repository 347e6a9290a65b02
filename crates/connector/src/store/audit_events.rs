//! Audit events, appended in the transaction that causes them.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, Default, FromRow)]
pub struct AuditEventRow {
    pub id: String,
    pub org_id: String,
    pub at: i64,
    pub activity: String,
    pub actor_kind: String,
    pub actor: String,
    pub case_id: String,
    pub request_id: Option<String>,
    pub upload_id: Option<String>,
    pub file_id: Option<String>,
    pub file_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub ip_address: Option<String>,
    pub location: Option<String>,
    pub node: String,
    pub client_name: Option<String>,
    pub device: Option<String>,
    pub user_agent: Option<String>,
    pub object_path: Option<String>,
    pub sensitivity: Option<String>,
    pub detail: Option<String>,
    pub reason: Option<String>,
    pub salt: String,
    pub leaf: String,
    pub leaf_index: Option<i64>,
}

pub async fn append(connection: &mut AnyConnection, event: &AuditEventRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_events (id, org_id, at, activity, actor_kind, actor, case_id, request_id, upload_id, \
         file_id, file_name, size_bytes, ip_address, location, node, client_name, device, user_agent, object_path, \
         sensitivity, detail, salt, leaf, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
    )
    .bind(&event.id)
    .bind(&event.org_id)
    .bind(event.at)
    .bind(&event.activity)
    .bind(&event.actor_kind)
    .bind(&event.actor)
    .bind(&event.case_id)
    .bind(&event.request_id)
    .bind(&event.upload_id)
    .bind(&event.file_id)
    .bind(&event.file_name)
    .bind(event.size_bytes)
    .bind(&event.ip_address)
    .bind(&event.location)
    .bind(&event.node)
    .bind(&event.client_name)
    .bind(&event.device)
    .bind(&event.user_agent)
    .bind(&event.object_path)
    .bind(&event.sensitivity)
    .bind(&event.detail)
    .bind(&event.salt)
    .bind(&event.leaf)
    .bind(&event.reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// The events of a Case, oldest first.
pub async fn list_of_case(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    limit: i64,
) -> Result<Vec<AuditEventRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM audit_events WHERE org_id = $1 AND case_id = $2 ORDER BY at, id LIMIT $3")
        .bind(org_id)
        .bind(case_id)
        .bind(limit)
        .fetch_all(connection)
        .await?)
}
