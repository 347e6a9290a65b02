CREATE TABLE uploads (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    client_id TEXT NOT NULL,              -- chosen by the customer's browser, unique per request
    file_name TEXT NOT NULL,              -- as the customer named it, raw
    shown_name TEXT NOT NULL,             -- sanitised and unique within the request
    content_type TEXT NOT NULL,           -- as declared; never trusted
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    offset_bytes BIGINT NOT NULL CHECK (offset_bytes >= 0 AND offset_bytes <= size_bytes),
    segment_count BIGINT NOT NULL,
    fence BIGINT NOT NULL,                -- raised by each new request; an older request can no longer acknowledge
    state TEXT NOT NULL CHECK (state IN ('receiving', 'frozen', 'sealed', 'cancelled', 'expired')),
    staging_identity_sealed TEXT,         -- sealed; gone once the upload is sealed, cancelled or expired
    manifest_sha256 TEXT,                 -- hex; set when frozen
    client_name TEXT NOT NULL,            -- audit: program that sent it
    client_address TEXT NOT NULL,         -- audit: IP address that began it
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,           -- last acknowledged byte
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, request_id, client_id),
    UNIQUE (org_id, request_id, shown_name),
    FOREIGN KEY (org_id, request_id) REFERENCES file_requests (org_id, id)
);
CREATE INDEX uploads_by_request ON uploads (org_id, request_id, created_at, id);
CREATE INDEX uploads_by_expiry ON uploads (state, expires_at);

-- Each row is one acknowledged run of bytes: a complete age file of its own under its own key.
CREATE TABLE segments (
    org_id TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    start_offset BIGINT NOT NULL,         -- unique: the loser of a race was never acknowledged
    length_bytes BIGINT NOT NULL CHECK (length_bytes > 0),
    object_name TEXT NOT NULL UNIQUE,     -- adopted once, never reused
    ciphertext_bytes BIGINT NOT NULL,
    plaintext_sha256 TEXT NOT NULL,       -- hex
    header_mac TEXT NOT NULL,             -- hex
    PRIMARY KEY (org_id, upload_id, start_offset),
    FOREIGN KEY (org_id, upload_id) REFERENCES uploads (org_id, id)
);

-- Objects that may exist in the bucket without a row that points to them. Written before the PUT,
-- consumed by the transaction that adopts the object, or claimed by the sweep before it deletes: exactly one wins.
CREATE TABLE pending_objects (
    object_name TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    claimed BIGINT NOT NULL CHECK (claimed IN (0, 1)),
    created_at BIGINT NOT NULL
);
CREATE INDEX pending_objects_by_age ON pending_objects (created_at, object_name);
