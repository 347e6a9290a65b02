-- What the verdict in secure_files.scan rests on.
ALTER TABLE secure_files ADD COLUMN scan_finding TEXT;                -- the scanner's name for what it found
ALTER TABLE secure_files ADD COLUMN scan_gaps TEXT NOT NULL DEFAULT ''; -- why it could not be fully checked; words with spaces between
ALTER TABLE secure_files ADD COLUMN scan_engine TEXT;                 -- engines and signatures that looked
ALTER TABLE secure_files ADD COLUMN scanned_at BIGINT;

-- A person's own words for why they did it.
ALTER TABLE audit_events ADD COLUMN reason TEXT;                      -- personal
