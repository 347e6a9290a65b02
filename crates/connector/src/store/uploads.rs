//! Uploads: what was promised, how much is durable, and whose turn it is to append.

use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct UploadRow {
    pub org_id: String,
    pub id: String,
    pub request_id: String,
    pub case_id: String,
    pub client_id: String,
    pub file_name: String,
    pub shown_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub offset_bytes: i64,
    pub segment_count: i64,
    pub fence: i64,
    pub state: String,
    pub staging_identity_sealed: Option<String>,
    pub manifest_sha256: Option<String>,
    pub client_name: String,
    pub client_address: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub expires_at: i64,
}

/// False when the request already has an upload of this `client_id` (or of this shown name).
pub async fn insert(connection: &mut AnyConnection, upload: &UploadRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO uploads (org_id, id, request_id, case_id, client_id, file_name, shown_name, content_type, \
         size_bytes, offset_bytes, segment_count, fence, state, staging_identity_sealed, client_name, client_address, \
         created_at, updated_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 'receiving', $10, $11, $12, $13, $13, $14) \
         ON CONFLICT DO NOTHING",
    )
    .bind(&upload.org_id)
    .bind(&upload.id)
    .bind(&upload.request_id)
    .bind(&upload.case_id)
    .bind(&upload.client_id)
    .bind(&upload.file_name)
    .bind(&upload.shown_name)
    .bind(&upload.content_type)
    .bind(upload.size_bytes)
    .bind(&upload.staging_identity_sealed)
    .bind(&upload.client_name)
    .bind(&upload.client_address)
    .bind(upload.created_at)
    .bind(upload.expires_at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<Option<UploadRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM uploads WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

pub async fn find_by_client_id(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
    client_id: &str,
) -> Result<Option<UploadRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM uploads WHERE org_id = $1 AND request_id = $2 AND client_id = $3")
        .bind(org_id)
        .bind(request_id)
        .bind(client_id)
        .fetch_optional(connection)
        .await?)
}

pub async fn list_of_request(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
) -> Result<Vec<UploadRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM uploads WHERE org_id = $1 AND request_id = $2 ORDER BY created_at, id")
        .bind(org_id)
        .bind(request_id)
        .fetch_all(connection)
        .await?)
}

/// Gives the turn to a new request that continues at `offset`; every older request can no longer acknowledge.
/// `None` when the upload does not stand there (any more).
pub async fn take_turn(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    offset: i64,
    expires_at: i64,
) -> Result<Option<UploadRow>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE uploads SET fence = fence + 1, expires_at = $4 \
         WHERE org_id = $1 AND id = $2 AND state = 'receiving' AND offset_bytes = $3 RETURNING *",
    )
    .bind(org_id)
    .bind(id)
    .bind(offset)
    .bind(expires_at)
    .fetch_optional(connection)
    .await?)
}

/// Acknowledges `length` bytes from `offset`, if the caller's turn has not passed and the request was not revoked
/// meanwhile. Returns the new state of the upload.
#[expect(clippy::too_many_arguments, reason = "each is one column of the compare or of the set")]
pub async fn acknowledge(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    fence: i64,
    offset: i64,
    length: i64,
    now: i64,
    expires_at: i64,
) -> Result<Option<UploadRow>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE uploads SET offset_bytes = offset_bytes + $5, segment_count = segment_count + 1, updated_at = $6, \
         expires_at = $7 \
         WHERE org_id = $1 AND id = $2 AND state = 'receiving' AND fence = $3 AND offset_bytes = $4 \
         AND offset_bytes + $5 <= size_bytes AND NOT EXISTS (SELECT 1 FROM file_requests \
         WHERE file_requests.org_id = uploads.org_id AND file_requests.id = uploads.request_id \
         AND file_requests.state = 'revoked') RETURNING *",
    )
    .bind(org_id)
    .bind(id)
    .bind(fence)
    .bind(offset)
    .bind(length)
    .bind(now)
    .bind(expires_at)
    .fetch_optional(connection)
    .await?)
}

/// From here the plaintext is pinned. False when the upload is not complete or not receiving.
pub async fn freeze(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    manifest_sha256: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE uploads SET state = 'frozen', manifest_sha256 = $3 \
         WHERE org_id = $1 AND id = $2 AND state = 'receiving' AND offset_bytes = size_bytes",
    )
    .bind(org_id)
    .bind(id)
    .bind(manifest_sha256)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The staging key goes with the state: `sealed` from `frozen`, `cancelled` and `expired` from `receiving`.
pub async fn settle(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    from: &str,
    to: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE uploads SET state = $4, staging_identity_sealed = NULL, fence = fence + 1 \
         WHERE org_id = $1 AND id = $2 AND state = $3",
    )
    .bind(org_id)
    .bind(id)
    .bind(from)
    .bind(to)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// As [`settle`] from `receiving` to `expired`; false when it got a byte, or a new request, since it was listed.
pub async fn expire(connection: &mut AnyConnection, org_id: &str, id: &str, now: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE uploads SET state = 'expired', staging_identity_sealed = NULL, fence = fence + 1 \
         WHERE org_id = $1 AND id = $2 AND state = 'receiving' AND expires_at < $3",
    )
    .bind(org_id)
    .bind(id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Receiving uploads whose time is over, oldest first, over all Orgs.
pub async fn list_expired(connection: &mut AnyConnection, now: i64, limit: i64) -> Result<Vec<UploadRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT * FROM uploads WHERE state = 'receiving' AND expires_at < $1 ORDER BY expires_at, id LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// Bytes of uploads under way and of files held, for the quotas.
pub struct UsedBytes {
    pub of_request: u64,
    pub of_case: u64,
    pub of_org: u64,
}

pub async fn used_bytes(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    request_id: &str,
) -> Result<UsedBytes, StoreError> {
    let (of_request, of_case, of_org): (i64, i64, i64) = sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(CASE WHEN request_id = $3 THEN size_bytes ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN case_id = $2 THEN size_bytes ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM uploads \
         WHERE org_id = $1 AND state IN ('receiving', 'frozen', 'sealed')",
    )
    .bind(org_id)
    .bind(case_id)
    .bind(request_id)
    .fetch_one(connection)
    .await?;
    let bytes = |sum: i64| u64::try_from(sum).unwrap_or_default();
    Ok(UsedBytes { of_request: bytes(of_request), of_case: bytes(of_case), of_org: bytes(of_org) })
}

/// After a restore only: the bytes from `offset` on are missing. A frozen upload receives again; every request under way
/// loses its turn.
pub async fn move_back(connection: &mut AnyConnection, org_id: &str, id: &str, offset: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE uploads SET offset_bytes = $3, fence = fence + 1, state = 'receiving', manifest_sha256 = NULL, \
         segment_count = (SELECT CAST(COUNT(*) AS BIGINT) FROM segments WHERE org_id = $1 AND upload_id = $2) \
         WHERE org_id = $1 AND id = $2 AND state IN ('receiving', 'frozen') AND offset_bytes > $3",
    )
    .bind(org_id)
    .bind(id)
    .bind(offset)
    .execute(connection)
    .await?;
    Ok(())
}
