CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,             -- what the job is about; with kind the key under which causes coalesce
    generation BIGINT NOT NULL,           -- raised when a new cause arrives while the job is under way
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,         -- 0: nobody has it
    lease TEXT NOT NULL,                  -- random, the holder's; empty: nobody
    last_error TEXT,                      -- for operators; no secrets, no file names
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, kind, subject_id)
);
CREATE INDEX jobs_by_due ON jobs (run_at, id);
