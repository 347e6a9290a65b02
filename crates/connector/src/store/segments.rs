//! Acknowledged runs of an upload's bytes, in offset order.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct SegmentRow {
    pub start_offset: i64,
    pub length_bytes: i64,
    pub object_name: String,
    pub ciphertext_bytes: i64,
    pub plaintext_sha256: String,
    pub header_mac: String,
}

/// Fails on a second segment at the same offset: the primary key is the referee of every race.
pub async fn insert(
    connection: &mut AnyConnection,
    org_id: &str,
    upload_id: &str,
    segment: &SegmentRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO segments (org_id, upload_id, start_offset, length_bytes, object_name, ciphertext_bytes, \
         plaintext_sha256, header_mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(org_id)
    .bind(upload_id)
    .bind(segment.start_offset)
    .bind(segment.length_bytes)
    .bind(&segment.object_name)
    .bind(segment.ciphertext_bytes)
    .bind(&segment.plaintext_sha256)
    .bind(&segment.header_mac)
    .execute(connection)
    .await?;
    Ok(())
}

/// Up to `limit` segments that start at or after `from_offset`.
pub async fn list_from(
    connection: &mut AnyConnection,
    org_id: &str,
    upload_id: &str,
    from_offset: i64,
    limit: i64,
) -> Result<Vec<SegmentRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT start_offset, length_bytes, object_name, ciphertext_bytes, plaintext_sha256, header_mac \
         FROM segments WHERE org_id = $1 AND upload_id = $2 AND start_offset >= $3 ORDER BY start_offset LIMIT $4",
    )
    .bind(org_id)
    .bind(upload_id)
    .bind(from_offset)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// The one that ends where the upload stands.
pub async fn newest(
    connection: &mut AnyConnection,
    org_id: &str,
    upload_id: &str,
) -> Result<Option<SegmentRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT start_offset, length_bytes, object_name, ciphertext_bytes, plaintext_sha256, header_mac \
         FROM segments WHERE org_id = $1 AND upload_id = $2 ORDER BY start_offset DESC LIMIT 1",
    )
    .bind(org_id)
    .bind(upload_id)
    .fetch_optional(connection)
    .await?)
}

/// The rows of an upload whose staging key is gone; returns the object names they held.
pub async fn remove_all(
    connection: &mut AnyConnection,
    org_id: &str,
    upload_id: &str,
) -> Result<Vec<String>, StoreError> {
    let names: Vec<(String,)> =
        sqlx::query_as("DELETE FROM segments WHERE org_id = $1 AND upload_id = $2 RETURNING object_name")
            .bind(org_id)
            .bind(upload_id)
            .fetch_all(connection)
            .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// The rows from `start_offset` on; returns the object names they held.
pub async fn remove_from(
    connection: &mut AnyConnection,
    org_id: &str,
    upload_id: &str,
    start_offset: i64,
) -> Result<Vec<String>, StoreError> {
    let names: Vec<(String,)> = sqlx::query_as(
        "DELETE FROM segments WHERE org_id = $1 AND upload_id = $2 AND start_offset >= $3 RETURNING object_name",
    )
    .bind(org_id)
    .bind(upload_id)
    .bind(start_offset)
    .fetch_all(connection)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
