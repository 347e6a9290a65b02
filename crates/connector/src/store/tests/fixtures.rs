//! Rows as they are made, in domain words.

use crate::store::file_requests::{self, FileRequestRow};
use crate::store::links::LinkRow;
use crate::store::secure_files::SecureFileRow;
use crate::store::uploads::{self, UploadRow};
use crate::store::{Store, Transaction};

pub const ORG: &str = "00D000000000001EAA";
pub const OTHER_ORG: &str = "00D000000000002EAA";
pub const CASE: &str = "500000000000001AAA";

pub fn a_request(org: &str, id: &str) -> FileRequestRow {
    FileRequestRow {
        org_id: org.to_owned(),
        id: id.to_owned(),
        case_id: CASE.to_owned(),
        case_number: "00001001".to_owned(),
        client_id: format!("client of {id}"),
        created_by_user_id: "005000000000001AAA".to_owned(),
        created_by_name: "Anna Novak".to_owned(),
        recipient_name: "Grace".to_owned(),
        recipient_email: "grace@customer.example".to_owned(),
        contact_id: None,
        language: "en".to_owned(),
        needed: "a dump".to_owned(),
        message: "please".to_owned(),
        due_on: None,
        policy: "{}".to_owned(),
        state: "open".to_owned(),
        created_at: 1_000,
        expires_at: 9_000,
        opened_at: None,
        closed_at: None,
        salesforce_id: None,
    }
}

pub fn an_upload(org: &str, request: &str, id: &str, size: i64) -> UploadRow {
    UploadRow {
        org_id: org.to_owned(),
        id: id.to_owned(),
        request_id: request.to_owned(),
        case_id: CASE.to_owned(),
        client_id: format!("client of {id}"),
        file_name: id.to_owned(),
        shown_name: id.to_owned(),
        content_type: "text/plain".to_owned(),
        size_bytes: size,
        offset_bytes: 0,
        segment_count: 0,
        fence: 0,
        state: "receiving".to_owned(),
        staging_identity_sealed: Some("sealed".to_owned()),
        manifest_sha256: None,
        client_name: "test".to_owned(),
        client_address: "127.0.0.1".to_owned(),
        created_at: 1_000,
        updated_at: 1_000,
        expires_at: 9_000,
    }
}

pub fn a_file(org: &str, request: &str, upload: &str, id: &str, received_at: i64) -> SecureFileRow {
    SecureFileRow {
        org_id: org.to_owned(),
        id: id.to_owned(),
        case_id: CASE.to_owned(),
        request_id: request.to_owned(),
        upload_id: upload.to_owned(),
        file_name: format!("{id}.log"),
        content_type: "text/plain".to_owned(),
        size_bytes: 5,
        plaintext_sha256: "00".repeat(32),
        object_name: format!("files/{org}{id}.age"),
        ciphertext_bytes: 300,
        ciphertext_sha256: "00".repeat(32),
        header_bytes: 200,
        header_mac: "00".repeat(32),
        identity_sealed: Some("sealed".to_owned()),
        key_generation: 1,
        key_object_name: format!("files/{org}{id}.1.key.age"),
        scan: "not_scanned".to_owned(),
        scan_finding: None,
        scan_gaps: String::new(),
        scan_engine: None,
        scanned_at: None,
        state: "held".to_owned(),
        sender_name: "Grace".to_owned(),
        sender_email: "grace@customer.example".to_owned(),
        received_at,
        kept_until: received_at + 1_000,
        salesforce_id: None,
        feed_item_id: None,
    }
}

pub fn a_link(org: &str, request: &str, id: &str, secret_hash: &str) -> LinkRow {
    LinkRow {
        org_id: org.to_owned(),
        id: id.to_owned(),
        request_id: request.to_owned(),
        purpose: "mail".to_owned(),
        secret_hash: secret_hash.to_owned(),
        hash_key_id: "1".to_owned(),
        secret_sealed: Some("sealed".to_owned()),
        created_at: 1_000,
    }
}

pub async fn begin(store: &Store) -> Transaction {
    store.transaction("test").await.unwrap()
}

/// A request `r` with an upload `u` of that many bytes.
pub async fn with_upload(store: &Store, size: i64) {
    let mut tx = begin(store).await;
    assert!(file_requests::insert(&mut tx, &a_request(ORG, "r")).await.unwrap());
    assert!(uploads::insert(&mut tx, &an_upload(ORG, "r", "u", size)).await.unwrap());
    tx.commit().await.unwrap();
}
