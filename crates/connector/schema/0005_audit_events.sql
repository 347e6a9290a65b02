-- Appended in the transaction that causes them. Never updated but for the leaf index and the erasure of a person.
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    activity TEXT NOT NULL,
    actor_kind TEXT NOT NULL,             -- agent, customer, connector
    actor TEXT NOT NULL,                  -- personal
    case_id TEXT NOT NULL,
    request_id TEXT,
    upload_id TEXT,
    file_id TEXT,
    file_name TEXT,                       -- personal
    size_bytes BIGINT,
    ip_address TEXT,                      -- personal
    location TEXT,                        -- personal
    node TEXT NOT NULL,                   -- which connector
    client_name TEXT,
    device TEXT,                          -- personal
    user_agent TEXT,                      -- personal
    object_path TEXT,
    sensitivity TEXT,
    detail TEXT,                          -- machine-readable reason, no personal data
    salt TEXT NOT NULL,                   -- hex, 32 bytes: erasing it and the clear values erases the person
    leaf TEXT NOT NULL,                   -- base64 of the canonical leaf with salted commitments
    leaf_index BIGINT UNIQUE              -- NULL until sequenced
);
CREATE INDEX audit_events_by_case ON audit_events (org_id, case_id, at, id);
CREATE INDEX audit_events_unsequenced ON audit_events (leaf_index, at, id);
