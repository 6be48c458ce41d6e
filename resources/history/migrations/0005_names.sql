-- One name for one thing: whatever a table's `id` was is called as the other tables call it, so that JOIN .. USING works.
-- What the program keeps for itself lies in a schema of its own. Attempts, looks and steps can be asked for.
-- Only the names of columns change; the facts in the journal keep theirs (`RENAME` in projection.sql), so that a row of
-- any version can still be projected.

CREATE SCHEMA IF NOT EXISTS internal;
CREATE TABLE internal.applied AS SELECT seq FROM _applied;
CREATE TABLE internal.unread AS SELECT seq, kind, body FROM _unread;
DROP TABLE _applied;
DROP TABLE _unread;

ALTER TABLE schedules RENAME COLUMN id TO schedule_id;
ALTER TABLE triggers RENAME COLUMN id TO trigger_id;

ALTER TABLE automated_runs RENAME COLUMN id TO run_id;
ALTER TABLE automated_runs RENAME COLUMN trigger_event_type TO event_type;
ALTER TABLE automated_runs ADD COLUMN attempts_count INTEGER;

ALTER TABLE baselines RENAME COLUMN id TO baseline_id;
ALTER TABLE baselines RENAME COLUMN set_name TO baseline_set;
ALTER TABLE baselines DROP COLUMN schedule_id; -- it held the set's name once more

ALTER TABLE sessions RENAME COLUMN id TO session_id;
ALTER TABLE sessions RENAME COLUMN cause TO retry_class;

ALTER TABLE screenshots RENAME COLUMN name TO view_name;
ALTER TABLE screenshots ADD COLUMN view VARCHAR;

ALTER TABLE comparisons RENAME COLUMN name TO view_name;
ALTER TABLE comparisons ADD COLUMN view VARCHAR;
ALTER TABLE comparisons ADD COLUMN is_flaky BOOLEAN;
ALTER TABLE comparisons ADD COLUMN looks_count INTEGER;
ALTER TABLE comparisons ADD COLUMN visible_ratio DOUBLE;
ALTER TABLE comparisons ADD COLUMN fingerprint VARCHAR;
ALTER TABLE comparisons ADD COLUMN side_by_side_sha256 VARCHAR;

ALTER TABLE incidents RENAME COLUMN id TO incident_id;
ALTER TABLE notifications RENAME COLUMN id TO notification_id;
ALTER TABLE notifications RENAME COLUMN event TO rule;
ALTER TABLE events RENAME COLUMN id TO event_id;
ALTER TABLE events RENAME COLUMN source TO source_id;

CREATE TABLE steps (
    run_seq BIGINT,
    run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, session_id VARCHAR,
    playbook_id VARCHAR, attempt INTEGER, position INTEGER,
    step_id VARCHAR, step_name VARCHAR, viewport VARCHAR,
    status VARCHAR, message VARCHAR, url VARCHAR,
    duration_ms BIGINT,
    played_at TIMESTAMPTZ
);

UPDATE screenshots SET view = concat(playbook_id, '/', view_name, '@', viewport);
UPDATE comparisons SET view = concat(playbook_id, '/', view_name, '@', viewport);
-- until now only the run's reasons told that a view had looked otherwise at first
UPDATE comparisons SET is_flaky = list_contains(
    runs.reasons, concat(comparisons.view, ': differed at first, and looks as approved at another look')
)
FROM automated_runs AS runs WHERE runs.run_seq = comparisons.run_seq;
UPDATE automated_runs SET attempts_count = coalesce(
    (SELECT max(attempt) FROM sessions WHERE sessions.run_seq = automated_runs.run_seq), 0
);

CREATE VIEW flaky_views AS
SELECT org_id, definition_id, playbook_id, view,
    count(*) AS runs_count,
    count(*) FILTER (is_flaky) AS flaky_count,
    round(count(*) FILTER (is_flaky) / count(*), 4) AS flaky_ratio,
    count(*) FILTER (NOT passed) AS failed_count,
    max(compared_at) FILTER (is_flaky) AS last_flaky_at
FROM comparisons GROUP BY ALL HAVING count(*) FILTER (is_flaky) > 0;

CREATE VIEW flaky_steps AS
SELECT org_id, definition_id, playbook_id, step_id, viewport,
    count(*) AS runs_count,
    count(*) FILTER (is_flaky) AS flaky_count,
    round(count(*) FILTER (is_flaky) / count(*), 4) AS flaky_ratio,
    max(played_at) FILTER (is_flaky) AS last_flaky_at
FROM (
    SELECT org_id, definition_id, playbook_id, step_id, viewport, run_seq, max(played_at) AS played_at,
        bool_or(status = 'failed') AND arg_max(status, attempt) = 'passed' AS is_flaky
    FROM steps WHERE status <> 'skipped' GROUP BY ALL
) GROUP BY ALL HAVING count(*) FILTER (is_flaky) > 0;

CREATE VIEW step_timings AS
SELECT org_id, definition_id, playbook_id, step_id, viewport,
    count(*) AS plays_count,
    count(*) FILTER (status = 'failed') AS failed_count,
    median(duration_ms)::BIGINT AS median_ms,
    quantile_cont(duration_ms, 0.95)::BIGINT AS p95_ms,
    max(duration_ms) AS slowest_ms,
    max(played_at) AS last_played_at
FROM steps WHERE status <> 'skipped' GROUP BY ALL;

COMMENT ON VIEW flaky_views IS 'which views are flaky: they differed at first and looked as approved when they were looked at again; over the whole history';
COMMENT ON COLUMN flaky_views.org_id IS 'organisation';
COMMENT ON COLUMN flaky_views.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN flaky_views.playbook_id IS 'playbook';
COMMENT ON COLUMN flaky_views.view IS 'playbook/view@viewport: what two pictures must share to be compared';
COMMENT ON COLUMN flaky_views.runs_count IS 'runs that compared it';
COMMENT ON COLUMN flaky_views.flaky_count IS 'runs in which it was flaky';
COMMENT ON COLUMN flaky_views.flaky_ratio IS 'share of them, 0 to 1';
COMMENT ON COLUMN flaky_views.failed_count IS 'runs in which it did not pass';
COMMENT ON COLUMN flaky_views.last_flaky_at IS 'when it was so last';

COMMENT ON VIEW flaky_steps IS 'which steps are flaky: they failed at first and passed at a later attempt of the same run; older versions kept no steps';
COMMENT ON COLUMN flaky_steps.org_id IS 'organisation';
COMMENT ON COLUMN flaky_steps.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN flaky_steps.playbook_id IS 'playbook';
COMMENT ON COLUMN flaky_steps.step_id IS 'step''s id in the playbook';
COMMENT ON COLUMN flaky_steps.viewport IS 'name of the window''s size';
COMMENT ON COLUMN flaky_steps.runs_count IS 'runs that played it';
COMMENT ON COLUMN flaky_steps.flaky_count IS 'runs in which it was flaky';
COMMENT ON COLUMN flaky_steps.flaky_ratio IS 'share of them, 0 to 1';
COMMENT ON COLUMN flaky_steps.last_flaky_at IS 'when it was so last';

COMMENT ON VIEW step_timings IS 'how long steps take, each attempt counted; older versions kept no steps';
COMMENT ON COLUMN step_timings.org_id IS 'organisation';
COMMENT ON COLUMN step_timings.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN step_timings.playbook_id IS 'playbook';
COMMENT ON COLUMN step_timings.step_id IS 'step''s id in the playbook';
COMMENT ON COLUMN step_timings.viewport IS 'name of the window''s size';
COMMENT ON COLUMN step_timings.plays_count IS 'how often it was played';
COMMENT ON COLUMN step_timings.failed_count IS 'how often it failed';
COMMENT ON COLUMN step_timings.median_ms IS 'half of the times it took no longer';
COMMENT ON COLUMN step_timings.p95_ms IS '95 of 100 times it took no longer';
COMMENT ON COLUMN step_timings.slowest_ms IS 'longest time';
COMMENT ON COLUMN step_timings.last_played_at IS 'when it was played last';

COMMENT ON TABLE internal.applied IS 'how far the journal is in the tables';
COMMENT ON COLUMN internal.applied.seq IS 'number of the newest row that is';

COMMENT ON TABLE internal.unread IS 'journal rows of a kind that this version does not know; a later one projects them';
COMMENT ON COLUMN internal.unread.seq IS 'number of the row';
COMMENT ON COLUMN internal.unread.kind IS 'of fact';
COMMENT ON COLUMN internal.unread.body IS 'the fact, as JSON';

COMMENT ON TABLE internal.schema_migrations IS 'which migrations were applied';
COMMENT ON COLUMN internal.schema_migrations.version IS 'number of the migration';
COMMENT ON COLUMN internal.schema_migrations.checksum IS 'sha256 of its text';
COMMENT ON COLUMN internal.schema_migrations.applied_at IS 'when';
