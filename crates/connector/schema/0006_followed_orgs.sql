-- How far each Org was followed; connectors take turns by it.
CREATE TABLE followed_orgs (
    org_id TEXT PRIMARY KEY,
    next_look_at BIGINT NOT NULL,         -- whoever moves it on looks
    cases_seen_until_at BIGINT NOT NULL   -- the Org's stamp of the newest lost Case that was dealt with
);

-- Deleted Cases of which something is held. One that comes back leaves the table.
CREATE TABLE lost_cases (
    org_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    lost_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, case_id)
);

-- A record that a flow made is claimed once, however many connectors see it.
CREATE UNIQUE INDEX file_requests_by_record ON file_requests (org_id, salesforce_id);
