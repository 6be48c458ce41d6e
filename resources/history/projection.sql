-- How journal rows become history. Each runs inside the one transaction of a batch; `$columns` is the structure of a
-- table's row as JSON, made from the table itself, so that a fact's keys need no second list of columns here. Where a
-- column is called otherwise than the fact calls it, `RENAME (key AS column)` says so, to DuckDB and to the projector.

-- name: make_batch
CREATE TEMP TABLE IF NOT EXISTS batch (seq BIGINT, kind VARCHAR, body VARCHAR);

-- name: remember_views
-- all of internal.views, which nobody else writes: of a lake each look at it is a look at its catalogue and at every file
CREATE OR REPLACE TEMP TABLE known_views AS FROM internal.views;

-- name: empty_batch
DELETE FROM batch;

-- name: fill_batch
INSERT INTO batch SELECT unnest($seqs), unnest($kinds), unnest($bodies);

-- name: keep_unread
-- what this version cannot project is neither lost nor in the way
INSERT INTO internal.unread SELECT seq, kind, body FROM batch WHERE NOT list_contains($known, kind) OR NOT json_valid(body);

-- name: drop_unread
DELETE FROM batch WHERE NOT list_contains($known, kind) OR NOT json_valid(body);

-- name: parse_runs
CREATE OR REPLACE TEMP TABLE parsed AS
SELECT seq, fact.run, fact.sessions, fact.screenshots, fact.comparisons, fact.findings FROM (
    SELECT seq, from_json(body, $columns) AS fact FROM batch WHERE kind = 'run'
) ORDER BY seq;

-- name: parse_runs_again
-- of facts that are told again, those that are not there; a run told twice is taken once
CREATE OR REPLACE TEMP TABLE parsed AS
SELECT seq, fact.run, fact.sessions, fact.screenshots, fact.comparisons, fact.findings FROM (
    SELECT seq, from_json(body, $columns) AS fact FROM batch WHERE kind IN ('run', 'run_again')
)
WHERE fact.run.id NOT IN (SELECT run_id FROM automated_runs) AND NOT EXISTS (
    SELECT 1 FROM internal.forgotten AS gone WHERE gone.org_id = fact.run.org_id AND fact.run.completed_at < gone.before
)
QUALIFY row_number() OVER (PARTITION BY fact.run.id ORDER BY seq) = 1
ORDER BY seq;

-- name: gather_automated_runs
CREATE OR REPLACE TEMP TABLE told_runs AS
SELECT * REPLACE (
    coalesce(trigger_event ->> '$.repo', repo) AS about_repo,
    coalesce(trigger_event ->> '$.base_branch', branch) AS about_branch,
    trigger_event ->> '$.environment' AS about_environment
) RENAME (id AS run_id, trigger_event_type AS event_type) FROM (
    SELECT seq AS run_seq, unnest(run), coalesce(list_max([each.attempt FOR each IN sessions]), 0) AS attempts_count
    FROM parsed
);

-- name: insert_automated_runs
-- texts that another column of the row has are short, times count from when the run was asked for: see 0017
INSERT INTO internal.automated_runs BY NAME
SELECT * EXCLUDE (scheduled_at, started_at, deadline_at, dagster_run_id) REPLACE (
    CASE
        WHEN origin = concat('cron:', definition_id, ':', strftime(scheduled_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%MZ')) THEN chr(3)
        ELSE internal.shortened(origin, definition_id)
    END AS origin,
    internal.shortened(session_id, run_id) AS session_id,
    internal.shortened(report_path, run_id) AS report_path,
    internal.shortened(error_message, reason) AS error_message,
    CASE WHEN reasons = string_split(reason, chr(10)) THEN [chr(1)] ELSE reasons END AS reasons
), epoch_us(scheduled_at) - coalesce(epoch_us(requested_at), 0) AS scheduled_us,
    epoch_us(started_at) - coalesce(epoch_us(requested_at), 0) AS started_us,
    epoch_us(deadline_at) - coalesce(epoch_us(requested_at), 0) AS deadline_us,
    CASE WHEN TRY_CAST(dagster_run_id AS UUID)::VARCHAR = dagster_run_id THEN dagster_run_id::UUID END AS dagster_uuid,
    CASE WHEN TRY_CAST(dagster_run_id AS UUID)::VARCHAR IS DISTINCT FROM dagster_run_id THEN dagster_run_id END AS dagster_name
FROM told_runs ORDER BY run_seq;

-- name: insert_sessions
INSERT INTO internal.sessions BY NAME
SELECT * EXCLUDE (steps, run_id) REPLACE (internal.shortened(session_id, run_id) AS session_id) FROM (
    SELECT * RENAME (id AS session_id, cause AS retry_class) FROM (
        SELECT run_seq, run_id, unnest(item) FROM (
            SELECT seq AS run_seq, run.id AS run_id, unnest(sessions) AS item FROM parsed
        )
    )
);

-- name: insert_steps
INSERT INTO internal.steps BY NAME
SELECT run_seq, internal.shortened(session.id, run_id) AS session_id, session.playbook_id, session.attempt,
    generate_subscripts(session.steps, 1) AS position, unnest(session.steps, max_depth := 2)
FROM (SELECT seq AS run_seq, run.id AS run_id, unnest(sessions) AS session FROM parsed);

-- name: gather_screenshots
CREATE OR REPLACE TEMP TABLE told_screenshots AS
SELECT * RENAME (name AS view_name), concat(playbook_id, '/', name, '@', viewport) AS view FROM (
    SELECT run_seq, run_id, org_id, unnest(item) FROM (
        SELECT seq AS run_seq, run.id AS run_id, run.org_id, unnest(screenshots) AS item FROM parsed
    )
);

-- name: gather_comparisons
-- a picture that is byte for byte the approved one tells nothing more. Facts of before 0005 say only in the run's reasons
-- that a view had looked otherwise at first
CREATE OR REPLACE TEMP TABLE told_comparisons AS
SELECT * EXCLUDE reasons REPLACE (coalesce(
    is_flaky, list_contains(reasons, concat(view, ': differed at first, and looks as approved at another look'))
) AS is_flaky) RENAME (name AS view_name), coalesce(
    changed_ratio = 0 AND visible_ratio = 0 AND regions = '[]' AND fingerprint = '' AND new_sha256 = old_sha256
        AND overlay_sha256 IS NULL AND side_by_side_sha256 IS NULL, false
) AS is_same FROM (
    SELECT *, concat(playbook_id, '/', name, '@', viewport) AS view FROM (
        SELECT run_seq, org_id, reasons, unnest(item) FROM (
            SELECT seq AS run_seq, run.org_id, run.reasons, unnest(comparisons) AS item FROM parsed
        )
    )
);

-- name: gather_views
-- those that no batch before told of
CREATE OR REPLACE TEMP TABLE new_views AS
SELECT (SELECT coalesce(max(view_seq), 0) FROM known_views)
    + row_number() OVER (ORDER BY org_id, playbook_id, view_name, viewport, route, view) AS view_seq, *
FROM (
    (
        SELECT org_id, playbook_id, view_name, viewport, route, view FROM told_comparisons
        UNION
        SELECT org_id, playbook_id, view_name, viewport, route, view FROM told_screenshots
    )
    EXCEPT
    SELECT org_id, playbook_id, view_name, viewport, route, view FROM known_views
);

-- name: insert_views
INSERT INTO internal.views FROM new_views;

-- name: keep_views
INSERT INTO known_views FROM new_views;

-- name: insert_screenshots
INSERT INTO internal.screenshots BY NAME
SELECT run_seq, view_seq, internal.shortened(session_id, run_id) AS session_id, url, step_id, internal.bytes_of(sha256) AS sha256,
    width_px, height_px, size_bytes, stable, masks_count, taken_at
FROM told_screenshots AS told JOIN known_views AS seen
    ON told.org_id IS NOT DISTINCT FROM seen.org_id AND told.playbook_id IS NOT DISTINCT FROM seen.playbook_id
    AND told.view_name IS NOT DISTINCT FROM seen.view_name AND told.viewport IS NOT DISTINCT FROM seen.viewport
    AND told.route IS NOT DISTINCT FROM seen.route AND told.view IS NOT DISTINCT FROM seen.view
ORDER BY run_seq, view_seq;

-- name: insert_comparisons
INSERT INTO internal.comparisons BY NAME
SELECT run_seq, view_seq, outcome, passed, score, score_method, tolerance_score, layout_px, regions_count, is_flaky, looks_count,
    drift_used, drift_sum, drift_since, CASE WHEN is_same THEN reason END AS reason, internal.bytes_of(old_sha256) AS old_sha256,
    CASE WHEN is_same THEN [] ELSE [{
        'reason': reason, 'changed_ratio': changed_ratio, 'visible_ratio': visible_ratio, 'regions': regions,
        'fingerprint': fingerprint, 'new_sha256': internal.bytes_of(new_sha256),
        'overlay_sha256': internal.bytes_of(overlay_sha256), 'side_by_side_sha256': internal.bytes_of(side_by_side_sha256)
    }] END AS change
FROM told_comparisons AS told JOIN known_views AS seen
    ON told.org_id IS NOT DISTINCT FROM seen.org_id AND told.playbook_id IS NOT DISTINCT FROM seen.playbook_id
    AND told.view_name IS NOT DISTINCT FROM seen.view_name AND told.viewport IS NOT DISTINCT FROM seen.viewport
    AND told.route IS NOT DISTINCT FROM seen.route AND told.view IS NOT DISTINCT FROM seen.view
ORDER BY run_seq, view_seq;

-- name: insert_findings
INSERT INTO internal.findings BY NAME
SELECT * EXCLUDE run_id REPLACE (
    internal.shortened(session_id, run_id) AS session_id, internal.bytes_of(screenshot_sha256) AS screenshot_sha256
) FROM (
    SELECT run_seq, run_id, unnest(item) FROM (
        SELECT seq AS run_seq, run.id AS run_id, unnest(findings) AS item FROM parsed
    )
);

-- name: gather_last_runs
CREATE OR REPLACE TEMP TABLE newest_runs AS
SELECT run.org_id, run.definition_id,
    unnest(arg_max(
        {'run_seq': seq, 'run_id': run.id, 'status': run.status, 'verdict': run.verdict, 'requested_at': run.requested_at,
         'completed_at': run.completed_at, 'baseline_diff_score': run.baseline_diff_score},
        {'requested_at': run.requested_at, 'run_id': run.id}
    )),
    max(run.completed_at) FILTER (run.status = 'passed') AS passed_at
FROM parsed WHERE run.definition_id IS NOT NULL AND run.requested_at IS NOT NULL GROUP BY run.org_id, run.definition_id;

-- name: raise_last_runs
-- a run that ends late may have been asked for before another one that ended already
MERGE INTO schedule_last_run AS known USING newest_runs AS newest
ON known.org_id = newest.org_id AND known.definition_id = newest.definition_id
WHEN MATCHED THEN UPDATE SET
    run_seq = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.run_seq ELSE known.run_seq END,
    run_id = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.run_id ELSE known.run_id END,
    status = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.status ELSE known.status END,
    verdict = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.verdict ELSE known.verdict END,
    requested_at = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.requested_at ELSE known.requested_at END,
    completed_at = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.completed_at ELSE known.completed_at END,
    baseline_diff_score = CASE WHEN (newest.requested_at, newest.run_id) > (known.requested_at, known.run_id) THEN newest.baseline_diff_score ELSE known.baseline_diff_score END,
    passed_at = greatest(known.passed_at, newest.passed_at)
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: gather_days
CREATE OR REPLACE TEMP TABLE told_days AS
SELECT run.org_id, run.definition_id, (run.completed_at AT TIME ZONE 'UTC')::DATE AS day,
    count(*) AS runs_count,
    count(*) FILTER (run.status = 'passed') AS passed_count,
    count(*) FILTER (run.status = 'failed') AS failed_count,
    count(*) FILTER (run.status = 'needs_review') AS needs_review_count,
    count(*) FILTER (run.status IN ('error', 'timeout')) AS error_count,
    count(*) FILTER (run.status IN ('skipped', 'cancelled')) AS skipped_count,
    coalesce(sum(run.views_count), 0)::BIGINT AS views_count, coalesce(sum(run.views_failed), 0)::BIGINT AS views_failed,
    count(run.baseline_diff_score) AS compared_count,
    coalesce(sum(run.baseline_diff_score), 0) AS diff_score_sum, max(run.baseline_diff_score) AS diff_score_max,
    coalesce(sum(run.duration_ms), 0)::BIGINT AS duration_ms_sum, max(run.duration_ms) AS duration_ms_max,
    max(run.late_ms) AS late_ms_max
FROM parsed WHERE run.definition_id IS NOT NULL AND run.completed_at IS NOT NULL GROUP BY ALL;

-- name: raise_days
-- `day >= ..` lets the zone maps skip all years but the newest
MERGE INTO daily_rollup AS rollup USING told_days AS told
ON rollup.day >= (SELECT min(day) FROM told_days)
    AND rollup.org_id = told.org_id AND rollup.definition_id = told.definition_id AND rollup.day = told.day
WHEN MATCHED THEN UPDATE SET
    runs_count = rollup.runs_count + told.runs_count,
    passed_count = rollup.passed_count + told.passed_count,
    failed_count = rollup.failed_count + told.failed_count,
    needs_review_count = rollup.needs_review_count + told.needs_review_count,
    error_count = rollup.error_count + told.error_count,
    skipped_count = rollup.skipped_count + told.skipped_count,
    views_count = rollup.views_count + told.views_count,
    views_failed = rollup.views_failed + told.views_failed,
    compared_count = rollup.compared_count + told.compared_count,
    diff_score_sum = rollup.diff_score_sum + told.diff_score_sum,
    diff_score_max = greatest(rollup.diff_score_max, told.diff_score_max),
    duration_ms_sum = rollup.duration_ms_sum + told.duration_ms_sum,
    duration_ms_max = greatest(rollup.duration_ms_max, told.duration_ms_max),
    late_ms_max = greatest(rollup.late_ms_max, told.late_ms_max)
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: gather_definitions
-- the newest state of each definition in the batch, with who made it and when: that is told by its first state
CREATE OR REPLACE TEMP TABLE newest_definitions AS
WITH named AS (
    SELECT seq, body, coalesce(body -> 'schedule', body -> 'trigger') AS item FROM batch WHERE kind = 'definition'
), states AS (
    SELECT seq, body, item ->> 'org_id' AS org_id, item ->> 'id' AS id,
        (item ->> 'created_at')::TIMESTAMPTZ AS created_at, item ->> 'created_by' AS created_by
    FROM named
    UNION ALL
    SELECT 0, NULL, org_id, schedule_id, created_at, created_by FROM schedules
    UNION ALL
    SELECT 0, NULL, org_id, trigger_id, created_at, created_by FROM triggers
)
SELECT org_id, id, arg_max(body, seq) AS body, arg_min(created_at, seq) AS created_at,
    arg_min(created_by, seq) AS created_by
FROM states GROUP BY org_id, id HAVING max(seq) > 0;

-- name: delete_schedules
DELETE FROM schedules USING newest_definitions AS newest
WHERE schedules.org_id = newest.org_id AND schedules.schedule_id = newest.id;

-- name: delete_triggers
DELETE FROM triggers USING newest_definitions AS newest
WHERE triggers.org_id = newest.org_id AND triggers.trigger_id = newest.id;

-- name: insert_schedules
INSERT INTO schedules BY NAME SELECT * RENAME (id AS schedule_id) FROM (
    SELECT unnest(item), first_at AS created_at, first_by AS created_by FROM (
        SELECT from_json(body -> 'schedule', $columns) AS item, created_at AS first_at, created_by AS first_by
        FROM newest_definitions WHERE (body -> 'schedule') IS NOT NULL
    )
);

-- name: insert_triggers
INSERT INTO triggers BY NAME SELECT * RENAME (id AS trigger_id) FROM (
    SELECT unnest(item), first_at AS created_at, first_by AS created_by FROM (
        SELECT from_json(body -> 'trigger', $columns) AS item, created_at AS first_at, created_by AS first_by
        FROM newest_definitions WHERE (body -> 'trigger') IS NOT NULL
    )
);

-- name: insert_baselines
-- they never change: one that is told again is there already
INSERT INTO baselines BY NAME SELECT * RENAME (id AS baseline_id, set_name AS baseline_set) FROM (
    SELECT unnest(item), false AS is_active FROM (
        SELECT from_json(body -> 'baseline', $columns) AS item FROM batch
        WHERE kind = 'baseline' AND (body ->> '$.baseline.id') NOT IN (SELECT baseline_id FROM baselines)
        QUALIFY row_number() OVER (PARTITION BY body ->> '$.baseline.id' ORDER BY seq) = 1
        ORDER BY seq
    )
);

-- name: activate_baselines
-- exactly one a set is active: the one its last deed names
UPDATE baselines SET
    is_active = baselines.baseline_id = newest.id,
    activated_at = CASE
        WHEN baselines.baseline_id = newest.id AND NOT baselines.is_active THEN newest.activated_at
        ELSE baselines.activated_at
    END
FROM (
    SELECT body ->> '$.baseline.org_id' AS org_id, body ->> '$.baseline.set_name' AS set_name,
        arg_max(body ->> '$.baseline.id', seq) AS id,
        arg_max(coalesce(body ->> '$.baseline.activated_at', body ->> '$.baseline.created_at')::TIMESTAMPTZ, seq)
            AS activated_at
    FROM batch WHERE kind IN ('baseline', 'baseline_activated') GROUP BY ALL
) AS newest
WHERE baselines.org_id = newest.org_id AND baselines.baseline_set = newest.set_name;

-- name: tell_deleted_baselines
-- one that is told again is what it was told as
UPDATE baselines SET deleted_at = newest.deleted_at
FROM (
    SELECT body ->> '$.baseline.org_id' AS org_id, body ->> '$.baseline.id' AS id,
        arg_max({'at': (body ->> '$.baseline.deleted_at')::TIMESTAMPTZ}, seq).at AS deleted_at -- arg_max passes NULL over
    FROM batch WHERE kind IN ('baseline', 'baseline_deleted', 'baseline_restored') GROUP BY ALL
) AS newest
WHERE baselines.org_id = newest.org_id AND baselines.baseline_id = newest.id
    AND baselines.deleted_at IS DISTINCT FROM newest.deleted_at;

-- name: gather_notifications
CREATE OR REPLACE TEMP TABLE newest_notifications AS
SELECT body ->> '$.notification.id' AS id, body ->> '$.notification.run_id' AS run_id, arg_max(body, seq) AS body
FROM batch WHERE kind = 'notification' GROUP BY ALL;

-- name: delete_notifications
DELETE FROM notifications USING newest_notifications AS newest WHERE notifications.notification_id = newest.id;

-- name: insert_notifications
INSERT INTO notifications BY NAME SELECT * RENAME (id AS notification_id, event AS rule) FROM (
    SELECT unnest(item), definition_id FROM (
        SELECT from_json(newest.body -> 'notification', $columns) AS item, runs.definition_id
        FROM newest_notifications AS newest LEFT JOIN automated_runs AS runs USING (run_id)
    )
);

-- name: tell_runs_of_notifications
UPDATE internal.automated_runs AS run SET notifications_sent = sent.ids
FROM (
    SELECT run_id, to_json(list(notification_id ORDER BY sent_at, notification_id)) AS ids FROM notifications
    WHERE status = 'sent' AND run_id IN (SELECT run_id FROM newest_notifications) GROUP BY run_id
) AS sent
WHERE run.run_id = sent.run_id;

-- name: gather_events
-- the newest state of each event in the batch; a status that changes is told as the whole event once more
CREATE OR REPLACE TEMP TABLE newest_events AS
SELECT body ->> '$.event.org_id' AS org_id, body ->> '$.event.id' AS id, arg_max(body, seq) AS body, max(seq) AS seq
FROM batch WHERE kind = 'event' GROUP BY ALL;

-- name: delete_events
DELETE FROM events USING newest_events AS newest WHERE events.org_id = newest.org_id AND events.event_id = newest.id;

-- name: insert_events
INSERT INTO events BY NAME SELECT * RENAME (id AS event_id, source AS source_id) FROM (
    SELECT unnest(item) FROM (SELECT from_json(body -> 'event', $columns) AS item FROM newest_events ORDER BY seq)
);

-- name: gather_incidents
CREATE OR REPLACE TEMP TABLE newest_incidents AS
SELECT body ->> '$.incident.org_id' AS org_id, body ->> '$.incident.id' AS id, arg_max(body, seq) AS body
FROM batch WHERE kind = 'incident' GROUP BY ALL;

-- name: delete_incidents
DELETE FROM incidents USING newest_incidents AS newest
WHERE incidents.incident_id = newest.id AND incidents.org_id = newest.org_id;

-- name: insert_incidents
INSERT INTO incidents BY NAME SELECT * RENAME (id AS incident_id) FROM (
    SELECT unnest(item) FROM (SELECT from_json(body -> 'incident', $columns) AS item FROM newest_incidents)
);

-- name: gather_forgotten
CREATE OR REPLACE TEMP TABLE told_forgotten AS
SELECT org_id, max(before) AS before FROM (
    SELECT body ->> '$.forgotten.org_id' AS org_id, (body ->> '$.forgotten.before')::TIMESTAMPTZ AS before
    FROM batch WHERE kind = 'forgotten'
    UNION ALL
    FROM internal.forgotten
) GROUP BY org_id;

-- name: empty_forgotten
DELETE FROM internal.forgotten;

-- name: insert_forgotten
INSERT INTO internal.forgotten FROM told_forgotten;

-- name: gather_forgotten_runs
CREATE OR REPLACE TEMP TABLE forgotten_runs AS
SELECT run_seq FROM internal.automated_runs AS run JOIN told_forgotten USING (org_id) WHERE run.completed_at < before;

-- name: forget_sessions
DELETE FROM internal.sessions WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_steps
DELETE FROM internal.steps WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_screenshots
DELETE FROM internal.screenshots WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_comparisons
DELETE FROM internal.comparisons WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_findings
DELETE FROM internal.findings WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_runs
DELETE FROM internal.automated_runs WHERE run_seq IN (SELECT run_seq FROM forgotten_runs);

-- name: forget_notifications
DELETE FROM notifications USING told_forgotten AS gone WHERE notifications.org_id = gone.org_id AND created_at < before;

-- name: forget_events
DELETE FROM events USING told_forgotten AS gone WHERE events.org_id = gone.org_id AND received_at < before;

-- name: forget_incidents
-- one that is open goes on, however old it is
DELETE FROM incidents USING told_forgotten AS gone WHERE incidents.org_id = gone.org_id AND resolved_at < before;

-- name: read_watermark
SELECT seq, epoch, mark FROM internal.applied;

-- name: move_watermark
UPDATE internal.applied SET seq = $seq, epoch = $epoch, mark = $mark, token = nullif($token, 0)
WHERE $token = 0 OR coalesce(token, 0) <= $token;

-- name: find_runs
SELECT run_id FROM automated_runs WHERE list_contains($ids, run_id);

-- name: find_unsorted_month
SELECT month FROM internal.sorted_months WHERE up_to IS NOT NULL
UNION ALL
SELECT * FROM (
    SELECT date_trunc('month', min(completed_at))::DATE AS month FROM internal.automated_runs
    WHERE completed_at >= coalesce((SELECT max(month) + INTERVAL 1 MONTH FROM internal.sorted_months), TIMESTAMPTZ '1970-01-01')
) WHERE month < $settled
LIMIT 1;

-- name: begin_month
INSERT INTO internal.sorted_months SELECT $month, '' WHERE $month NOT IN (SELECT month FROM internal.sorted_months);

-- name: find_slice
-- the last definition that was sorted, and the last one of the next slice; NULL: there is none, or the month is small
WITH counted AS (
    SELECT definition_id, count(*) AS rows_count
    FROM internal.comparisons JOIN internal.automated_runs USING (run_seq)
    WHERE completed_at >= $month AND completed_at < $month + INTERVAL 1 MONTH GROUP BY definition_id
), ahead AS (
    SELECT definition_id, sum(rows_count) OVER (ORDER BY definition_id) - rows_count AS rows_before
    FROM counted WHERE definition_id > (SELECT up_to FROM internal.sorted_months WHERE month = $month)
)
SELECT (SELECT up_to FROM internal.sorted_months WHERE month = $month), max(definition_id) FROM ahead
WHERE rows_before < $rows AND (SELECT sum(rows_count) FROM counted) > $least;

-- name: gather_slice
CREATE OR REPLACE TEMP TABLE slice AS
SELECT told.* FROM internal.comparisons AS told JOIN internal.automated_runs AS run USING (run_seq)
WHERE completed_at >= $month AND completed_at < $month + INTERVAL 1 MONTH AND definition_id > $after AND definition_id <= $up_to
ORDER BY definition_id, run_seq, view_seq;

-- name: delete_slice
DELETE FROM internal.comparisons WHERE run_seq IN (SELECT run_seq FROM slice);

-- name: insert_slice
INSERT INTO internal.comparisons SELECT * FROM slice;

-- name: empty_slice
DROP TABLE slice;

-- name: note_slice
UPDATE internal.sorted_months SET up_to = $up_to WHERE month = $month;

-- name: end_month
UPDATE internal.sorted_months SET up_to = NULL WHERE month = $month;
