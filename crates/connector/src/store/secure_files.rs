//! Sealed files: the row says what the object must be.

use secure_files::{ScanGap, ScanOutcome};
use sqlx::{AnyConnection, FromRow};

use super::StoreError;

#[derive(Clone, Debug, FromRow)]
pub struct SecureFileRow {
    pub org_id: String,
    pub id: String,
    pub case_id: String,
    pub request_id: String,
    pub upload_id: String,
    pub file_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub plaintext_sha256: String,
    pub object_name: String,
    pub ciphertext_bytes: i64,
    pub ciphertext_sha256: String,
    pub header_bytes: i64,
    pub header_mac: String,
    pub identity_sealed: Option<String>,
    pub key_generation: i64,
    pub key_object_name: String,
    pub scan: String,
    pub scan_finding: Option<String>,
    pub scan_gaps: String,
    pub scan_engine: Option<String>,
    pub scanned_at: Option<i64>,
    pub state: String,
    pub sender_name: String,
    pub sender_email: String,
    pub received_at: i64,
    pub kept_until: i64,
    pub salesforce_id: Option<String>,
    pub feed_item_id: Option<String>,
}

pub async fn insert(connection: &mut AnyConnection, file: &SecureFileRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secure_files (org_id, id, case_id, request_id, upload_id, file_name, content_type, size_bytes, \
         plaintext_sha256, object_name, ciphertext_bytes, ciphertext_sha256, header_bytes, header_mac, \
         identity_sealed, key_generation, key_object_name, scan, state, sender_name, sender_email, received_at, \
         kept_until, scan_finding, scan_gaps, scan_engine, scanned_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)",
    )
    .bind(&file.org_id)
    .bind(&file.id)
    .bind(&file.case_id)
    .bind(&file.request_id)
    .bind(&file.upload_id)
    .bind(&file.file_name)
    .bind(&file.content_type)
    .bind(file.size_bytes)
    .bind(&file.plaintext_sha256)
    .bind(&file.object_name)
    .bind(file.ciphertext_bytes)
    .bind(&file.ciphertext_sha256)
    .bind(file.header_bytes)
    .bind(&file.header_mac)
    .bind(&file.identity_sealed)
    .bind(file.key_generation)
    .bind(&file.key_object_name)
    .bind(&file.scan)
    .bind(&file.state)
    .bind(&file.sender_name)
    .bind(&file.sender_email)
    .bind(file.received_at)
    .bind(file.kept_until)
    .bind(&file.scan_finding)
    .bind(&file.scan_gaps)
    .bind(&file.scan_engine)
    .bind(file.scanned_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, org_id: &str, id: &str) -> Result<Option<SecureFileRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM secure_files WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Newest first, after the file a page ended with (`before` = its received_at and id).
pub async fn list_of_case(
    connection: &mut AnyConnection,
    org_id: &str,
    case_id: &str,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<SecureFileRow>, StoreError> {
    let (received_at, id) = before.unwrap_or((i64::MAX, ""));
    Ok(sqlx::query_as(
        "SELECT * FROM secure_files WHERE org_id = $1 AND case_id = $2 \
         AND (received_at < $3 OR (received_at = $3 AND id < $4)) ORDER BY received_at DESC, id DESC LIMIT $5",
    )
    .bind(org_id)
    .bind(case_id)
    .bind(received_at)
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

pub async fn list_of_request(
    connection: &mut AnyConnection,
    org_id: &str,
    request_id: &str,
) -> Result<Vec<SecureFileRow>, StoreError> {
    Ok(sqlx::query_as("SELECT * FROM secure_files WHERE org_id = $1 AND request_id = $2 ORDER BY received_at, id")
        .bind(org_id)
        .bind(request_id)
        .fetch_all(connection)
        .await?)
}

pub async fn set_attached(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    salesforce_id: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE secure_files SET salesforce_id = $3 WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .bind(salesforce_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_feed_item(
    connection: &mut AnyConnection,
    org_id: &str,
    id: &str,
    feed_item_id: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE secure_files SET feed_item_id = $3 WHERE org_id = $1 AND id = $2")
        .bind(org_id)
        .bind(id)
        .bind(feed_item_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Its Case was merged into another; tickets to it go along.
pub async fn move_to_case(
    connection: &mut AnyConnection,
    file: &SecureFileRow,
    case_id: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE secure_files SET case_id = $4 WHERE org_id = $1 AND id = $2 AND case_id = $3")
        .bind(&file.org_id)
        .bind(&file.id)
        .bind(&file.case_id)
        .bind(case_id)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE tickets SET case_id = $3 WHERE org_id = $1 AND file_id = $2")
        .bind(&file.org_id)
        .bind(&file.id)
        .bind(case_id)
        .execute(connection)
        .await?;
    Ok(true)
}

/// A later scan's result, if the file still has the verdict that was not final.
pub async fn set_scan(
    connection: &mut AnyConnection,
    file: &SecureFileRow,
    outcome: &ScanOutcome,
    engine: Option<&str>,
    scanned_at: i64,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE secure_files SET scan = $1, scan_finding = $2, scan_gaps = $3, scan_engine = $4, scanned_at = $5 \
         WHERE org_id = $6 AND id = $7 AND scan = $8",
    )
    .bind(outcome.verdict.as_str())
    .bind(&outcome.finding)
    .bind(gaps_as_text(&outcome.gaps))
    .bind(engine)
    .bind(scanned_at)
    .bind(&file.org_id)
    .bind(&file.id)
    .bind(&file.scan)
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// As in the column: words with spaces between.
pub fn gaps_as_text(gaps: &[ScanGap]) -> String {
    gaps.iter().map(|gap| gap.as_str()).collect::<Vec<_>>().join(" ")
}

impl SecureFileRow {
    /// What the scanners said.
    pub fn scan_outcome(&self) -> Result<ScanOutcome, StoreError> {
        let unreadable = StoreError::Unreadable("secure_files.scan_gaps");
        let gaps: Result<Vec<ScanGap>, ()> = self.scan_gaps.split_whitespace().map(str::parse).collect();
        Ok(ScanOutcome {
            verdict: self.scan.parse().map_err(|()| StoreError::Unreadable("secure_files.scan"))?,
            finding: self.scan_finding.clone(),
            gaps: gaps.map_err(|()| unreadable)?,
        })
    }
}
