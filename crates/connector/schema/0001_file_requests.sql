-- One text for SQLite and PostgreSQL: TEXT ids, BIGINT epoch milliseconds (…_at) and bytes (…_bytes), 0/1 BIGINT flags.
-- "sealed" columns hold base64 of a cell that the keyring sealed to its table, row and column.

CREATE TABLE file_requests (
    org_id TEXT NOT NULL,                 -- 18 characters; every key begins with it
    id TEXT NOT NULL,                     -- 26 characters of base32, random; part of the customer's link
    case_id TEXT NOT NULL,                -- 18 characters
    case_number TEXT NOT NULL,            -- shown to the customer
    client_id TEXT NOT NULL,              -- chosen by the panel: repeating a creation returns the first request
    created_by_user_id TEXT NOT NULL,     -- the agent
    created_by_name TEXT NOT NULL,        -- the agent's name as the customer reads it
    recipient_name TEXT NOT NULL,
    recipient_email TEXT NOT NULL,
    contact_id TEXT,
    language TEXT NOT NULL CHECK (language IN ('en', 'de', 'fr')),
    needed TEXT NOT NULL,                 -- what is asked for, one line
    message TEXT NOT NULL,                -- the agent's words to the customer
    due_on TEXT,                          -- calendar date, YYYY-MM-DD
    policy TEXT NOT NULL,                 -- JSON: the policy as it was when the request was made
    state TEXT NOT NULL CHECK (state IN ('open', 'fulfilled', 'revoked', 'expired', 'suspended')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at BIGINT,                     -- first redemption of a link
    closed_at BIGINT,                     -- fulfilled, revoked or expired
    salesforce_id TEXT,                   -- id of the FileRequest__c, once known
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, case_id, client_id)
);
CREATE INDEX file_requests_by_case ON file_requests (org_id, case_id, created_at, id);
CREATE INDEX file_requests_by_expiry ON file_requests (state, expires_at);

CREATE TABLE links (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('mail', 'copy')),
    secret_hash TEXT NOT NULL,            -- hex HMAC-SHA256 of the fragment's secret
    hash_key_id TEXT NOT NULL,            -- which link hash key made it
    secret_sealed TEXT,                   -- sealed; only until the link was sent or copied
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, request_id) REFERENCES file_requests (org_id, id)
);
CREATE UNIQUE INDEX links_by_secret ON links (request_id, secret_hash);

CREATE TABLE customer_sessions (
    token_hash TEXT PRIMARY KEY,          -- hex HMAC-SHA256 of the session token
    org_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    link_id TEXT NOT NULL,                -- the link that was redeemed
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,           -- moves forward with every authorised upload request
    FOREIGN KEY (org_id, request_id) REFERENCES file_requests (org_id, id)
);
CREATE INDEX customer_sessions_by_expiry ON customer_sessions (expires_at);

CREATE TABLE consents (
    org_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    wording_version TEXT NOT NULL,
    wording TEXT NOT NULL,                -- the very words the customer agreed to
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (org_id, request_id, wording_version),
    FOREIGN KEY (org_id, request_id) REFERENCES file_requests (org_id, id)
);

CREATE TABLE mails (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('request', 'receipt')),
    link_id TEXT,                         -- request mails: whose secret it carries
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    failure TEXT,                         -- a sentence for the agent, when failed
    created_at BIGINT NOT NULL,
    settled_at BIGINT,                    -- sent, failed or unknown
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, request_id) REFERENCES file_requests (org_id, id)
);
CREATE INDEX mails_by_request ON mails (org_id, request_id, created_at, id);
