-- One cause over many runs: a row holds an incident's newest state. `keys` are what it is made of (a differing view with
-- its kinds of regions, a finding's place, an error); `runs_count` the runs that failed by it. A message knows its incident.
CREATE TABLE incidents (
    id VARCHAR, org_id VARCHAR,
    kind VARCHAR, scope VARCHAR, fingerprint VARCHAR,
    keys VARCHAR[], definitions VARCHAR[],
    state VARCHAR, sentence VARCHAR,
    runs_count INTEGER, first_run_id VARCHAR, last_run_id VARCHAR,
    told VARCHAR[],
    opened_at TIMESTAMPTZ, last_failed_at TIMESTAMPTZ, announced_at TIMESTAMPTZ,
    acknowledged_at TIMESTAMPTZ, acknowledged_by VARCHAR,
    known_by VARCHAR, note VARCHAR,
    resolved_at TIMESTAMPTZ, resolution VARCHAR
);
ALTER TABLE notifications ADD COLUMN incident_id VARCHAR;
ALTER TABLE notifications ADD COLUMN kind VARCHAR;
ALTER TABLE notifications ADD COLUMN attempts INTEGER;
