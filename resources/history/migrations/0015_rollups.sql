-- The two questions that every page asks, kept with the facts they come of: how each definition fares now, and how it fared
-- day by day. The projector raises both in the transaction of a batch, so that they are never ahead of the runs, nor behind.
CREATE TABLE schedule_last_run (
    org_id VARCHAR, definition_id VARCHAR,
    run_seq BIGINT, run_id VARCHAR,
    status VARCHAR, verdict VARCHAR,
    requested_at TIMESTAMPTZ, completed_at TIMESTAMPTZ,
    baseline_diff_score DOUBLE,
    passed_at TIMESTAMPTZ
);
CREATE TABLE daily_rollup (
    org_id VARCHAR, definition_id VARCHAR, day DATE,
    runs_count BIGINT, passed_count BIGINT, failed_count BIGINT, needs_review_count BIGINT, error_count BIGINT, skipped_count BIGINT,
    views_count BIGINT, views_failed BIGINT,
    compared_count BIGINT, diff_score_sum DOUBLE, diff_score_max DOUBLE,
    duration_ms_sum BIGINT, duration_ms_max BIGINT, late_ms_max BIGINT
);

INSERT INTO schedule_last_run BY NAME
SELECT org_id, definition_id,
    unnest(arg_max(
        {'run_seq': run_seq, 'run_id': run_id, 'status': status, 'verdict': verdict, 'requested_at': requested_at,
         'completed_at': completed_at, 'baseline_diff_score': baseline_diff_score},
        {'requested_at': requested_at, 'run_id': run_id}
    )),
    max(completed_at) FILTER (status = 'passed') AS passed_at
FROM automated_runs WHERE definition_id IS NOT NULL AND requested_at IS NOT NULL GROUP BY org_id, definition_id ORDER BY org_id, definition_id;

INSERT INTO daily_rollup BY NAME
SELECT org_id, definition_id, (completed_at AT TIME ZONE 'UTC')::DATE AS day,
    count(*) AS runs_count,
    count(*) FILTER (status = 'passed') AS passed_count,
    count(*) FILTER (status = 'failed') AS failed_count,
    count(*) FILTER (status = 'needs_review') AS needs_review_count,
    count(*) FILTER (status IN ('error', 'timeout')) AS error_count,
    count(*) FILTER (status IN ('skipped', 'cancelled')) AS skipped_count,
    coalesce(sum(views_count), 0)::BIGINT AS views_count, coalesce(sum(views_failed), 0)::BIGINT AS views_failed,
    count(baseline_diff_score) AS compared_count,
    coalesce(sum(baseline_diff_score), 0) AS diff_score_sum, max(baseline_diff_score) AS diff_score_max,
    coalesce(sum(duration_ms), 0)::BIGINT AS duration_ms_sum, max(duration_ms) AS duration_ms_max,
    max(late_ms) AS late_ms_max
FROM automated_runs WHERE definition_id IS NOT NULL AND completed_at IS NOT NULL
GROUP BY ALL ORDER BY day, org_id, definition_id;

COMMENT ON TABLE schedule_last_run IS 'one row for each definition that ever had a run: its newest one that has ended, skipped ones included';
COMMENT ON COLUMN schedule_last_run.org_id IS 'organisation';
COMMENT ON COLUMN schedule_last_run.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN schedule_last_run.run_seq IS 'number of that run''s row in the journal';
COMMENT ON COLUMN schedule_last_run.run_id IS 'that run';
COMMENT ON COLUMN schedule_last_run.status IS 'how it ended';
COMMENT ON COLUMN schedule_last_run.verdict IS 'what it says about the site; NULL: nothing';
COMMENT ON COLUMN schedule_last_run.requested_at IS 'when it was asked for';
COMMENT ON COLUMN schedule_last_run.completed_at IS 'when it ended';
COMMENT ON COLUMN schedule_last_run.baseline_diff_score IS 'its largest score';
COMMENT ON COLUMN schedule_last_run.passed_at IS 'when a run of the definition passed last; NULL: never';

COMMENT ON TABLE daily_rollup IS 'one row for each definition and day (of UTC, by the end of its runs)';
COMMENT ON COLUMN daily_rollup.org_id IS 'organisation';
COMMENT ON COLUMN daily_rollup.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN daily_rollup.day IS 'day of UTC on which the runs ended';
COMMENT ON COLUMN daily_rollup.runs_count IS 'all runs';
COMMENT ON COLUMN daily_rollup.passed_count IS 'those that passed';
COMMENT ON COLUMN daily_rollup.failed_count IS 'those that failed';
COMMENT ON COLUMN daily_rollup.needs_review_count IS 'those that wait for a person';
COMMENT ON COLUMN daily_rollup.error_count IS 'error and timeout, which say nothing about the site';
COMMENT ON COLUMN daily_rollup.skipped_count IS 'skipped and cancelled';
COMMENT ON COLUMN daily_rollup.views_count IS 'views compared, all runs together';
COMMENT ON COLUMN daily_rollup.views_failed IS 'those that did not pass';
COMMENT ON COLUMN daily_rollup.compared_count IS 'runs that have a score';
COMMENT ON COLUMN daily_rollup.diff_score_sum IS 'of their largest scores; over compared_count it is their mean';
COMMENT ON COLUMN daily_rollup.diff_score_max IS 'largest of them';
COMMENT ON COLUMN daily_rollup.duration_ms_sum IS 'how long the runs took together';
COMMENT ON COLUMN daily_rollup.duration_ms_max IS 'the longest';
COMMENT ON COLUMN daily_rollup.late_ms_max IS 'the latest beginning';
