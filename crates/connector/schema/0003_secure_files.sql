CREATE TABLE secure_files (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,                     -- also the object's name: files/{id}.age
    case_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    file_name TEXT NOT NULL,              -- sanitised, unique within the request
    content_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    plaintext_sha256 TEXT NOT NULL,       -- hex
    object_name TEXT NOT NULL UNIQUE,
    ciphertext_bytes BIGINT NOT NULL,     -- what the object must be: length, …
    ciphertext_sha256 TEXT NOT NULL,      -- … digest (for scrubbing), …
    header_bytes BIGINT NOT NULL,
    header_mac TEXT NOT NULL,             -- … and header MAC, hex
    identity_sealed TEXT,                 -- sealed; gone once erased
    key_generation BIGINT NOT NULL,
    key_object_name TEXT NOT NULL,
    scan TEXT NOT NULL CHECK (scan IN ('not_scanned', 'clean', 'infected', 'not_fully_scanned')),
    state TEXT NOT NULL CHECK (state IN ('held', 'erased')),
    sender_name TEXT NOT NULL,
    sender_email TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    kept_until BIGINT NOT NULL,
    salesforce_id TEXT,                   -- id of the SecureFile__c: set means attached
    feed_item_id TEXT,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, upload_id),
    FOREIGN KEY (org_id, upload_id) REFERENCES uploads (org_id, id)
);
CREATE INDEX secure_files_by_case ON secure_files (org_id, case_id, received_at, id);

CREATE TABLE tickets (
    token_hash TEXT PRIMARY KEY,          -- hex HMAC-SHA256 of the ticket
    org_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    first_used_at BIGINT,
    expires_at BIGINT NOT NULL,           -- before the first use: 60 s; then download_hours
    FOREIGN KEY (org_id, file_id) REFERENCES secure_files (org_id, id)
);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
