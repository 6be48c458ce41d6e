-- The RFC's tables under its names, and what it lacks. No PRIMARY KEY, UNIQUE or index: DuckDB's WAL replay of indexes
-- has bugs, and time-ordered ids let zone maps prune. Times are TIMESTAMPTZ in UTC. run_seq is the journal's number of
-- the run's row: it grows with time and joins cheaply.

CREATE TABLE _applied (seq BIGINT NOT NULL);
INSERT INTO _applied VALUES (0);

-- journal rows of a kind this version does not know; a later migration projects them
CREATE TABLE _unread (seq BIGINT, kind VARCHAR, body VARCHAR);

CREATE TABLE schedules (
    id VARCHAR, org_id VARCHAR, name VARCHAR,
    config JSON,
    enabled BOOLEAN,
    created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, created_by VARCHAR,
    cron_expression VARCHAR, timezone VARCHAR,
    deleted_at TIMESTAMPTZ
);

CREATE TABLE triggers (
    id VARCHAR, org_id VARCHAR, name VARCHAR,
    config JSON,
    enabled BOOLEAN,
    created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, created_by VARCHAR,
    event_type VARCHAR, repo_pattern VARCHAR,
    deleted_at TIMESTAMPTZ
);

CREATE TABLE automated_runs (
    run_seq BIGINT,
    id VARCHAR, org_id VARCHAR,
    definition_id VARCHAR, definition_kind VARCHAR,
    schedule_id VARCHAR, trigger_id VARCHAR,
    trigger_event JSON, trigger_event_type VARCHAR,
    origin VARCHAR, requested_by VARCHAR, retry_of VARCHAR, dagster_run_id VARCHAR,
    repo VARCHAR, branch VARCHAR,
    session_id VARCHAR, playbook_id VARCHAR,
    status VARCHAR, verdict VARCHAR, reason VARCHAR, reasons VARCHAR[], error_message VARCHAR,
    scheduled_at TIMESTAMPTZ, requested_at TIMESTAMPTZ, started_at TIMESTAMPTZ,
    deadline_at TIMESTAMPTZ, completed_at TIMESTAMPTZ,
    late_ms BIGINT, duration_ms BIGINT, browser_ms BIGINT,
    sessions_count INTEGER, screenshots_count INTEGER, findings_count INTEGER,
    baseline_id VARCHAR, baseline_set VARCHAR,
    baseline_diff_score DOUBLE, score_method VARCHAR, tolerance_score DOUBLE,
    views_count INTEGER, views_failed INTEGER, views_unchanged INTEGER, views_changed INTEGER,
    views_added INTEGER, views_removed INTEGER, views_unreadable INTEGER,
    browser VARCHAR, os VARCHAR, fonts_hash VARCHAR, scale DOUBLE,
    notifications_sent JSON,
    report_path VARCHAR
);

CREATE TABLE baselines (
    id VARCHAR, org_id VARCHAR, schedule_id VARCHAR, set_name VARCHAR,
    screenshots JSON, screenshots_count INTEGER,
    created_at TIMESTAMPTZ, created_by VARCHAR,
    source_run_id VARCHAR, notes VARCHAR,
    is_active BOOLEAN, activated_at TIMESTAMPTZ,
    browser VARCHAR, os VARCHAR, fonts_hash VARCHAR, scale DOUBLE
);

CREATE TABLE sessions (
    run_seq BIGINT,
    id VARCHAR, run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, playbook_id VARCHAR,
    status VARCHAR, error_message VARCHAR,
    started_at TIMESTAMPTZ, completed_at TIMESTAMPTZ, duration_ms BIGINT, browser_ms BIGINT,
    steps_count INTEGER, steps_failed INTEGER, screenshots_count INTEGER, findings_count INTEGER,
    browser VARCHAR, os VARCHAR, fonts_hash VARCHAR, scale DOUBLE
);

CREATE TABLE screenshots (
    run_seq BIGINT,
    run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, session_id VARCHAR,
    playbook_id VARCHAR, name VARCHAR, viewport VARCHAR, route VARCHAR, url VARCHAR, step_id VARCHAR,
    sha256 VARCHAR, width_px INTEGER, height_px INTEGER, size_bytes BIGINT,
    stable BOOLEAN, masks_count INTEGER,
    taken_at TIMESTAMPTZ
);

CREATE TABLE comparisons (
    run_seq BIGINT,
    run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, baseline_id VARCHAR,
    playbook_id VARCHAR, name VARCHAR, viewport VARCHAR, route VARCHAR,
    outcome VARCHAR, passed BOOLEAN, reason VARCHAR,
    score DOUBLE, score_method VARCHAR, tolerance_score DOUBLE, changed_ratio DOUBLE, layout_px INTEGER,
    regions_count INTEGER, regions JSON,
    old_sha256 VARCHAR, new_sha256 VARCHAR, overlay_sha256 VARCHAR,
    compared_at TIMESTAMPTZ
);

CREATE TABLE findings (
    run_seq BIGINT,
    run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, session_id VARCHAR,
    playbook_id VARCHAR, step_id VARCHAR, viewport VARCHAR, route VARCHAR,
    kind VARCHAR, severity VARCHAR, message VARCHAR, screenshot_sha256 VARCHAR,
    found_at TIMESTAMPTZ
);

CREATE TABLE notifications (
    id VARCHAR, org_id VARCHAR, run_id VARCHAR, definition_id VARCHAR,
    event VARCHAR, target VARCHAR, title VARCHAR, text VARCHAR,
    status VARCHAR, receipt VARCHAR,
    created_at TIMESTAMPTZ, sent_at TIMESTAMPTZ
);

-- outside happenings that triggers match; filled when webhooks are taken in
CREATE TABLE events (
    id VARCHAR, org_id VARCHAR, source VARCHAR, source_delivery_id VARCHAR, event_type VARCHAR,
    repo VARCHAR, branch VARCHAR, payload JSON,
    received_at TIMESTAMPTZ
);
