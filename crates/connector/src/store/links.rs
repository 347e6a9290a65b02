//! Links: each mail, reminder or copy has a secret of its own, stored as a keyed hash.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct LinkRow {
    pub org_id: String,
    pub id: String,
    pub request_id: String,
    pub purpose: String,
    pub secret_hash: String,
    pub hash_key_id: String,
    pub secret_sealed: Option<String>,
    pub created_at: i64,
}

pub async fn insert(connection: &mut AnyConnection, link: &LinkRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO links (org_id, id, request_id, purpose, secret_hash, hash_key_id, secret_sealed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&link.org_id)
    .bind(&link.id)
    .bind(&link.request_id)
    .bind(&link.purpose)
    .bind(&link.secret_hash)
    .bind(&link.hash_key_id)
    .bind(&link.secret_sealed)
    .bind(link.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<Option<LinkRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM links WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

pub async fn find_by_secret(
    connection: &mut AnyConnection,
    request_id: &str,
    secret_hash: &str,
) -> Result<Option<LinkRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM links WHERE request_id = $1 AND secret_hash = $2")
        .bind(request_id)
        .bind(secret_hash)
        .fetch_optional(connection)
        .await?)
}

/// The secret has left the house (or must not any more): only its hash stays.
pub async fn forget_secret(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE links SET secret_sealed = NULL WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
