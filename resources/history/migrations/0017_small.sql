-- Facts lie in `internal`, each text once: what a run's rows share stands in the run's, views have a number, a picture that is
-- byte for byte the approved one tells nothing more, and hashes are bytes. What people ask are views under the names and with
-- the columns that the tables had. How many bytes that saves: DECISIONS.md, 141.

-- In a short text chr(1) stands for another column of the row; one that has such a sign itself is whole, behind a chr(2).
CREATE MACRO internal.shortened(told, part) AS CASE
    WHEN contains(told, chr(1)) OR starts_with(told, chr(2)) THEN chr(2) || told
    ELSE replace(told, coalesce(nullif(part, ''), chr(1)), chr(1))
END;
CREATE MACRO internal.whole(short, part) AS CASE
    WHEN starts_with(short, chr(2)) THEN short[2:]
    ELSE replace(short, chr(1), coalesce(part, chr(1)))
END;
-- A text that is no hash stands behind 40 equals signs.
CREATE MACRO internal.bytes_of(hash) AS CASE
    WHEN regexp_full_match(hash, '[0-9a-f]{64}') THEN unhex(hash)
    WHEN hash IS NOT NULL THEN encode(concat(repeat('=', 40), hash))
END;
CREATE MACRO internal.hash_of(bytes) AS CASE WHEN octet_length(bytes) = 32 THEN lower(hex(bytes)) ELSE decode(bytes)[41:] END;

CREATE TABLE internal.views (
    view_seq INTEGER, org_id VARCHAR, playbook_id VARCHAR, view_name VARCHAR, viewport VARCHAR, route VARCHAR, view VARCHAR
);
INSERT INTO internal.views
SELECT row_number() OVER (ORDER BY org_id, playbook_id, view_name, viewport, route, view), * FROM (
    SELECT org_id, playbook_id, view_name, viewport, route, view FROM comparisons
    UNION
    SELECT org_id, playbook_id, view_name, viewport, route, view FROM screenshots
);

CREATE TABLE internal.automated_runs (
    run_seq BIGINT, run_id VARCHAR, org_id VARCHAR, definition_id VARCHAR, definition_kind VARCHAR, schedule_id VARCHAR,
    trigger_id VARCHAR, trigger_event JSON, event_type VARCHAR, origin VARCHAR, requested_by VARCHAR, retry_of VARCHAR,
    dagster_uuid UUID, dagster_name VARCHAR, repo VARCHAR, branch VARCHAR, session_id VARCHAR, playbook_id VARCHAR, status VARCHAR,
    verdict VARCHAR, reason VARCHAR, reasons VARCHAR[], error_message VARCHAR, scheduled_us BIGINT, requested_at TIMESTAMPTZ,
    started_us BIGINT, deadline_us BIGINT, completed_at TIMESTAMPTZ, late_ms BIGINT, duration_ms BIGINT, browser_ms BIGINT,
    sessions_count INTEGER, screenshots_count INTEGER, findings_count INTEGER, baseline_id VARCHAR, baseline_set VARCHAR,
    baseline_diff_score DOUBLE, score_method VARCHAR, tolerance_score DOUBLE, views_count INTEGER, views_failed INTEGER,
    views_unchanged INTEGER, views_changed INTEGER, views_added INTEGER, views_removed INTEGER, views_unreadable INTEGER,
    browser VARCHAR, os VARCHAR, fonts_hash VARCHAR, scale DOUBLE, notifications_sent JSON, report_path VARCHAR,
    attempts_count INTEGER, about_repo VARCHAR, about_branch VARCHAR, about_environment VARCHAR, selection VARCHAR,
    views_not_run INTEGER, against VARCHAR, cost_usd DOUBLE
);
INSERT INTO internal.automated_runs BY NAME
SELECT run_seq, run_id, org_id, definition_id, definition_kind, schedule_id, trigger_id, trigger_event, event_type,
    CASE
        WHEN origin = concat('cron:', definition_id, ':', strftime(scheduled_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%MZ')) THEN chr(3)
        ELSE internal.shortened(origin, definition_id)
    END AS origin,
    requested_by, retry_of,
    CASE WHEN TRY_CAST(dagster_run_id AS UUID)::VARCHAR = dagster_run_id THEN dagster_run_id::UUID END AS dagster_uuid,
    CASE WHEN TRY_CAST(dagster_run_id AS UUID)::VARCHAR IS DISTINCT FROM dagster_run_id THEN dagster_run_id END AS dagster_name,
    repo, branch, internal.shortened(session_id, run_id) AS session_id, playbook_id, status, verdict, reason,
    CASE WHEN reasons = string_split(reason, chr(10)) THEN [chr(1)] ELSE reasons END AS reasons,
    internal.shortened(error_message, reason) AS error_message,
    epoch_us(scheduled_at) - coalesce(epoch_us(requested_at), 0) AS scheduled_us, requested_at,
    epoch_us(started_at) - coalesce(epoch_us(requested_at), 0) AS started_us,
    epoch_us(deadline_at) - coalesce(epoch_us(requested_at), 0) AS deadline_us, completed_at, late_ms, duration_ms, browser_ms,
    sessions_count, screenshots_count, findings_count, baseline_id, baseline_set, baseline_diff_score, score_method, tolerance_score,
    views_count, views_failed, views_unchanged, views_changed, views_added, views_removed, views_unreadable, browser, os, fonts_hash,
    scale, notifications_sent, internal.shortened(report_path, run_id) AS report_path, attempts_count, about_repo, about_branch,
    about_environment, selection, views_not_run, against, cost_usd
FROM automated_runs;

CREATE TABLE internal.comparisons (
    run_seq BIGINT, view_seq INTEGER, outcome VARCHAR, passed BOOLEAN, score DOUBLE, score_method VARCHAR, tolerance_score DOUBLE,
    layout_px INTEGER, regions_count INTEGER, is_flaky BOOLEAN, looks_count INTEGER, reason VARCHAR, old_sha256 BLOB,
    change STRUCT(reason VARCHAR, changed_ratio DOUBLE, visible_ratio DOUBLE, regions JSON, fingerprint VARCHAR, new_sha256 BLOB, overlay_sha256 BLOB, side_by_side_sha256 BLOB)[]
);
INSERT INTO internal.comparisons BY NAME
SELECT run_seq, view_seq, outcome, passed, score, score_method, tolerance_score, layout_px, regions_count, is_flaky, looks_count,
    CASE WHEN is_same THEN reason END AS reason, internal.bytes_of(old_sha256) AS old_sha256,
    CASE WHEN is_same THEN [] ELSE [{
        'reason': reason, 'changed_ratio': changed_ratio, 'visible_ratio': visible_ratio, 'regions': regions, 'fingerprint': fingerprint,
        'new_sha256': internal.bytes_of(new_sha256),
        'overlay_sha256': internal.bytes_of(overlay_sha256),
        'side_by_side_sha256': internal.bytes_of(side_by_side_sha256)
    }] END AS change
FROM (
    SELECT *, coalesce(
        changed_ratio = 0 AND visible_ratio = 0 AND regions = '[]' AND fingerprint = '' AND new_sha256 = old_sha256
            AND overlay_sha256 IS NULL AND side_by_side_sha256 IS NULL, false
    ) AS is_same FROM comparisons
) AS told JOIN internal.views AS seen
    ON told.org_id IS NOT DISTINCT FROM seen.org_id
    AND told.playbook_id IS NOT DISTINCT FROM seen.playbook_id
    AND told.view_name IS NOT DISTINCT FROM seen.view_name
    AND told.viewport IS NOT DISTINCT FROM seen.viewport
    AND told.route IS NOT DISTINCT FROM seen.route
    AND told.view IS NOT DISTINCT FROM seen.view;

CREATE TABLE internal.screenshots (
    run_seq BIGINT, view_seq INTEGER, session_id VARCHAR, url VARCHAR, step_id VARCHAR, sha256 BLOB, width_px INTEGER,
    height_px INTEGER, size_bytes BIGINT, stable BOOLEAN, masks_count INTEGER, taken_at TIMESTAMPTZ
);
INSERT INTO internal.screenshots BY NAME
SELECT run_seq, view_seq, internal.shortened(told.session_id, told.run_id) AS session_id, url, step_id,
    internal.bytes_of(sha256) AS sha256, width_px, height_px, size_bytes, stable, masks_count, taken_at
FROM screenshots AS told JOIN internal.views AS seen
    ON told.org_id IS NOT DISTINCT FROM seen.org_id
    AND told.playbook_id IS NOT DISTINCT FROM seen.playbook_id
    AND told.view_name IS NOT DISTINCT FROM seen.view_name
    AND told.viewport IS NOT DISTINCT FROM seen.viewport
    AND told.route IS NOT DISTINCT FROM seen.route
    AND told.view IS NOT DISTINCT FROM seen.view;

CREATE TABLE internal.sessions (
    run_seq BIGINT, session_id VARCHAR, playbook_id VARCHAR, status VARCHAR, error_message VARCHAR, started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ, duration_ms BIGINT, browser_ms BIGINT, steps_count INTEGER, steps_failed INTEGER,
    screenshots_count INTEGER, findings_count INTEGER, browser VARCHAR, os VARCHAR, fonts_hash VARCHAR, scale DOUBLE,
    attempt INTEGER, retry_class VARCHAR, site_build VARCHAR, runner VARCHAR, agent_session_id VARCHAR, agent_url VARCHAR,
    cost_usd DOUBLE
);
INSERT INTO internal.sessions BY NAME
SELECT run_seq, internal.shortened(told.session_id, told.run_id) AS session_id, playbook_id, status, error_message, started_at,
    completed_at, duration_ms, browser_ms, steps_count, steps_failed, screenshots_count, findings_count, browser, os, fonts_hash,
    scale, attempt, retry_class, site_build, runner, agent_session_id, agent_url, cost_usd
FROM sessions AS told;

CREATE TABLE internal.steps (
    run_seq BIGINT, session_id VARCHAR, playbook_id VARCHAR, attempt INTEGER, position INTEGER, step_id VARCHAR, step_name VARCHAR,
    viewport VARCHAR, status VARCHAR, message VARCHAR, url VARCHAR, duration_ms BIGINT
);
INSERT INTO internal.steps BY NAME
SELECT run_seq, internal.shortened(told.session_id, told.run_id) AS session_id, playbook_id, attempt, position, step_id, step_name,
    viewport, status, message, url, duration_ms
FROM steps AS told;

CREATE TABLE internal.findings (
    run_seq BIGINT, session_id VARCHAR, playbook_id VARCHAR, step_id VARCHAR, viewport VARCHAR, route VARCHAR, kind VARCHAR,
    severity VARCHAR, message VARCHAR, screenshot_sha256 BLOB, found_at TIMESTAMPTZ, url VARCHAR, ignored_because VARCHAR,
    is_known BOOLEAN
);
INSERT INTO internal.findings BY NAME
SELECT run_seq, internal.shortened(told.session_id, told.run_id) AS session_id, playbook_id, step_id, viewport, route, kind, severity,
    message, internal.bytes_of(screenshot_sha256) AS screenshot_sha256, found_at, url, ignored_because, is_known
FROM findings AS told;

DROP TABLE automated_runs;
DROP TABLE comparisons;
DROP TABLE screenshots;
DROP TABLE sessions;
DROP TABLE steps;
DROP TABLE findings;

CREATE VIEW automated_runs AS
SELECT run_seq, run_id, org_id, definition_id, definition_kind, schedule_id, trigger_id, trigger_event, event_type,
    CASE
        WHEN origin = chr(3) THEN concat('cron:', definition_id, ':', strftime(make_timestamptz(coalesce(epoch_us(requested_at), 0) + scheduled_us) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%MZ'))
        ELSE internal.whole(origin, definition_id)
    END AS origin,
    requested_by, retry_of, coalesce(dagster_name, dagster_uuid::VARCHAR) AS dagster_run_id, repo, branch,
    internal.whole(session_id, run_id) AS session_id, playbook_id, status, verdict, reason,
    CASE WHEN reasons = [chr(1)] THEN string_split(reason, chr(10)) ELSE reasons END AS reasons,
    internal.whole(error_message, reason) AS error_message,
    make_timestamptz(coalesce(epoch_us(requested_at), 0) + scheduled_us) AS scheduled_at, requested_at,
    make_timestamptz(coalesce(epoch_us(requested_at), 0) + started_us) AS started_at,
    make_timestamptz(coalesce(epoch_us(requested_at), 0) + deadline_us) AS deadline_at, completed_at, late_ms, duration_ms,
    browser_ms, sessions_count, screenshots_count, findings_count, baseline_id, baseline_set, baseline_diff_score, score_method,
    tolerance_score, views_count, views_failed, views_unchanged, views_changed, views_added, views_removed, views_unreadable,
    browser, os, fonts_hash, scale, notifications_sent, internal.whole(report_path, run_id) AS report_path, attempts_count,
    about_repo, about_branch, about_environment, selection, views_not_run, against, cost_usd
FROM internal.automated_runs;

CREATE VIEW comparisons AS
SELECT told.run_seq, run.run_id, run.org_id, run.definition_id, run.baseline_id, seen.playbook_id, seen.view_name, seen.viewport,
    seen.route, told.outcome, told.passed, coalesce(told.reason, told.change[1].reason) AS reason, told.score, told.score_method,
    told.tolerance_score,
    CASE WHEN len(told.change) = 0 THEN 0.0::DOUBLE ELSE told.change[1].changed_ratio END AS changed_ratio, told.layout_px,
    told.regions_count, CASE WHEN len(told.change) = 0 THEN '[]'::JSON ELSE told.change[1].regions END AS regions,
    internal.hash_of(told.old_sha256) AS old_sha256,
    internal.hash_of(CASE WHEN len(told.change) = 0 THEN told.old_sha256 ELSE told.change[1].new_sha256 END) AS new_sha256,
    internal.hash_of(told.change[1].overlay_sha256) AS overlay_sha256, run.completed_at AS compared_at, seen.view, told.is_flaky,
    told.looks_count,
    CASE WHEN len(told.change) = 0 THEN 0.0::DOUBLE ELSE told.change[1].visible_ratio END AS visible_ratio,
    CASE WHEN len(told.change) = 0 THEN '' ELSE told.change[1].fingerprint END AS fingerprint,
    internal.hash_of(told.change[1].side_by_side_sha256) AS side_by_side_sha256
FROM internal.comparisons AS told JOIN internal.automated_runs AS run USING (run_seq) JOIN internal.views AS seen USING (view_seq);

CREATE VIEW screenshots AS
SELECT told.run_seq, run.run_id, run.org_id, run.definition_id, internal.whole(told.session_id, run.run_id) AS session_id,
    seen.playbook_id, seen.view_name, seen.viewport, seen.route, told.url, told.step_id, internal.hash_of(told.sha256) AS sha256,
    told.width_px, told.height_px, told.size_bytes, told.stable, told.masks_count, told.taken_at, seen.view
FROM internal.screenshots AS told JOIN internal.automated_runs AS run USING (run_seq) JOIN internal.views AS seen USING (view_seq);

CREATE VIEW sessions AS
SELECT told.run_seq, internal.whole(told.session_id, run.run_id) AS session_id, run.run_id, run.org_id, run.definition_id,
    told.playbook_id, told.status, told.error_message, told.started_at, told.completed_at, told.duration_ms, told.browser_ms,
    told.steps_count, told.steps_failed, told.screenshots_count, told.findings_count, told.browser, told.os, told.fonts_hash,
    told.scale, told.attempt, told.retry_class, told.site_build, told.runner, told.agent_session_id, told.agent_url, told.cost_usd
FROM internal.sessions AS told JOIN internal.automated_runs AS run USING (run_seq);

CREATE VIEW steps AS
SELECT told.run_seq, run.run_id, run.org_id, run.definition_id, internal.whole(told.session_id, run.run_id) AS session_id,
    told.playbook_id, told.attempt, told.position, told.step_id, told.step_name, told.viewport, told.status, told.message, told.url,
    told.duration_ms, run.completed_at AS played_at
FROM internal.steps AS told JOIN internal.automated_runs AS run USING (run_seq);

CREATE VIEW findings AS
SELECT told.run_seq, run.run_id, run.org_id, run.definition_id, internal.whole(told.session_id, run.run_id) AS session_id,
    told.playbook_id, told.step_id, told.viewport, told.route, told.kind, told.severity, told.message,
    internal.hash_of(told.screenshot_sha256) AS screenshot_sha256, told.found_at, told.url, told.ignored_because, told.is_known
FROM internal.findings AS told JOIN internal.automated_runs AS run USING (run_seq);

COMMENT ON TABLE internal.views IS 'one row for each view that was ever seen';
COMMENT ON COLUMN internal.views.view_seq IS 'its number';
COMMENT ON COLUMN internal.views.org_id IS 'organisation';
COMMENT ON COLUMN internal.views.playbook_id IS 'playbook that shows it';
COMMENT ON COLUMN internal.views.view_name IS 'what its `screenshot:` calls it';
COMMENT ON COLUMN internal.views.viewport IS 'name of the window''s size';
COMMENT ON COLUMN internal.views.route IS 'path of the page''s address';
COMMENT ON COLUMN internal.views.view IS 'playbook/view@viewport: what two pictures must share to be compared';

COMMENT ON TABLE internal.automated_runs IS 'what the view automated_runs is made of';
COMMENT ON COLUMN internal.automated_runs.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN internal.automated_runs.run_id IS 'the run';
COMMENT ON COLUMN internal.automated_runs.org_id IS 'organisation';
COMMENT ON COLUMN internal.automated_runs.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN internal.automated_runs.definition_kind IS 'schedule or trigger';
COMMENT ON COLUMN internal.automated_runs.schedule_id IS 'definition_id of a schedule''s run, else NULL';
COMMENT ON COLUMN internal.automated_runs.trigger_id IS 'definition_id of a trigger''s run, else NULL';
COMMENT ON COLUMN internal.automated_runs.trigger_event IS 'what a trigger''s run knew of its event: variable -> value';
COMMENT ON COLUMN internal.automated_runs.event_type IS 'what the trigger waits for: pull_request.merged, deployment.completed, ..';
COMMENT ON COLUMN internal.automated_runs.origin IS 'origin, short: definition_id is one sign; that of a cron tick is one altogether';
COMMENT ON COLUMN internal.automated_runs.requested_by IS 'schedule, user:NAME, dagster, ..';
COMMENT ON COLUMN internal.automated_runs.retry_of IS 'run_id of the run that it repeats';
COMMENT ON COLUMN internal.automated_runs.dagster_uuid IS 'dagster_run_id, where it is a UUID';
COMMENT ON COLUMN internal.automated_runs.dagster_name IS 'dagster_run_id, where it is none';
COMMENT ON COLUMN internal.automated_runs.repo IS 'of the definition''s plan';
COMMENT ON COLUMN internal.automated_runs.branch IS 'of the definition''s plan';
COMMENT ON COLUMN internal.automated_runs.session_id IS 'session_id, short: run_id is one sign';
COMMENT ON COLUMN internal.automated_runs.playbook_id IS 'its first playbook';
COMMENT ON COLUMN internal.automated_runs.status IS 'passed, failed, needs_review, timeout, error, cancelled or skipped';
COMMENT ON COLUMN internal.automated_runs.verdict IS 'passed, failed, needs_review or flaky; NULL where the site could not be judged';
COMMENT ON COLUMN internal.automated_runs.reason IS 'why, one sentence a line, the most telling first';
COMMENT ON COLUMN internal.automated_runs.reasons IS 'reasons; one sign alone: the lines of reason';
COMMENT ON COLUMN internal.automated_runs.error_message IS 'error_message, short: reason is one sign';
COMMENT ON COLUMN internal.automated_runs.scheduled_us IS 'scheduled_at, in microseconds after requested_at (NULL counts as 1970)';
COMMENT ON COLUMN internal.automated_runs.requested_at IS 'when it was asked for';
COMMENT ON COLUMN internal.automated_runs.started_us IS 'started_at, in microseconds after requested_at (NULL counts as 1970)';
COMMENT ON COLUMN internal.automated_runs.deadline_us IS 'deadline_at, in microseconds after requested_at (NULL counts as 1970)';
COMMENT ON COLUMN internal.automated_runs.completed_at IS 'when it ended';
COMMENT ON COLUMN internal.automated_runs.late_ms IS 'from scheduled_at to started_at';
COMMENT ON COLUMN internal.automated_runs.duration_ms IS 'from started_at to completed_at';
COMMENT ON COLUMN internal.automated_runs.browser_ms IS 'with a browser open, all sessions together';
COMMENT ON COLUMN internal.automated_runs.sessions_count IS 'deciding sessions: one a playbook';
COMMENT ON COLUMN internal.automated_runs.screenshots_count IS 'pictures of the deciding sessions';
COMMENT ON COLUMN internal.automated_runs.findings_count IS 'findings of the deciding sessions';
COMMENT ON COLUMN internal.automated_runs.baseline_id IS 'what it was compared with; NULL: nothing was approved';
COMMENT ON COLUMN internal.automated_runs.baseline_set IS 'whose baselines it was to be compared with';
COMMENT ON COLUMN internal.automated_runs.baseline_diff_score IS 'largest score of its views, 0 to 1; NULL: nothing was compared';
COMMENT ON COLUMN internal.automated_runs.score_method IS 'how scores were measured; different methods do not compare';
COMMENT ON COLUMN internal.automated_runs.tolerance_score IS 'largest score that passes';
COMMENT ON COLUMN internal.automated_runs.views_count IS 'views compared';
COMMENT ON COLUMN internal.automated_runs.views_failed IS 'views that did not pass';
COMMENT ON COLUMN internal.automated_runs.views_unchanged IS 'views with outcome unchanged';
COMMENT ON COLUMN internal.automated_runs.views_changed IS 'views with outcome changed';
COMMENT ON COLUMN internal.automated_runs.views_added IS 'views that the baseline lacks';
COMMENT ON COLUMN internal.automated_runs.views_removed IS 'views that only the baseline has';
COMMENT ON COLUMN internal.automated_runs.views_unreadable IS 'views of which a picture could not be read';
COMMENT ON COLUMN internal.automated_runs.browser IS 'product and full version';
COMMENT ON COLUMN internal.automated_runs.os IS 'operating system';
COMMENT ON COLUMN internal.automated_runs.fonts_hash IS 'of the installed fonts'' names and sizes';
COMMENT ON COLUMN internal.automated_runs.scale IS 'device pixels per CSS pixel';
COMMENT ON COLUMN internal.automated_runs.notifications_sent IS 'notification_id of each message that arrived, as JSON';
COMMENT ON COLUMN internal.automated_runs.report_path IS 'report_path, short: run_id is one sign';
COMMENT ON COLUMN internal.automated_runs.attempts_count IS 'most often that one playbook was played, looks again included';
COMMENT ON COLUMN internal.automated_runs.about_repo IS 'owner/name of its event, else of its plan';
COMMENT ON COLUMN internal.automated_runs.about_branch IS 'the branch of its event, into which it goes where that is a pull request, else of its plan';
COMMENT ON COLUMN internal.automated_runs.about_environment IS 'of the deploy that its event tells of; NULL: it tells of none';
COMMENT ON COLUMN internal.automated_runs.selection IS 'the part of its plan that was asked for, as options of a command; NULL: all of it';
COMMENT ON COLUMN internal.automated_runs.views_not_run IS 'approved views that a run of a part of its plan did not look at; NULL: nobody asked yet';
COMMENT ON COLUMN internal.automated_runs.against IS 'the live address that it was compared with; NULL: what was approved';
COMMENT ON COLUMN internal.automated_runs.cost_usd IS 'of all its sessions, as far as they told; NULL: none did';
COMMENT ON VIEW automated_runs IS 'one row for each run that has ended, skipped ones included';
COMMENT ON COLUMN automated_runs.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN automated_runs.run_id IS 'the run';
COMMENT ON COLUMN automated_runs.org_id IS 'organisation';
COMMENT ON COLUMN automated_runs.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN automated_runs.definition_kind IS 'schedule or trigger';
COMMENT ON COLUMN automated_runs.schedule_id IS 'definition_id of a schedule''s run, else NULL';
COMMENT ON COLUMN automated_runs.trigger_id IS 'definition_id of a trigger''s run, else NULL';
COMMENT ON COLUMN automated_runs.trigger_event IS 'what a trigger''s run knew of its event: variable -> value';
COMMENT ON COLUMN automated_runs.event_type IS 'what the trigger waits for: pull_request.merged, deployment.completed, ..';
COMMENT ON COLUMN automated_runs.origin IS 'why it exists, one run of an organisation each: cron:.., event:.., batch:.., request:.., retry:.., dagster:..';
COMMENT ON COLUMN automated_runs.requested_by IS 'schedule, user:NAME, dagster, ..';
COMMENT ON COLUMN automated_runs.retry_of IS 'run_id of the run that it repeats';
COMMENT ON COLUMN automated_runs.dagster_run_id IS 'the Dagster run that played it';
COMMENT ON COLUMN automated_runs.repo IS 'of the definition''s plan';
COMMENT ON COLUMN automated_runs.branch IS 'of the definition''s plan';
COMMENT ON COLUMN automated_runs.session_id IS 'the deciding session of its first playbook; all of them are in sessions';
COMMENT ON COLUMN automated_runs.playbook_id IS 'its first playbook';
COMMENT ON COLUMN automated_runs.status IS 'passed, failed, needs_review, timeout, error, cancelled or skipped';
COMMENT ON COLUMN automated_runs.verdict IS 'passed, failed, needs_review or flaky; NULL where the site could not be judged';
COMMENT ON COLUMN automated_runs.reason IS 'why, one sentence a line, the most telling first';
COMMENT ON COLUMN automated_runs.reasons IS 'the same as a list';
COMMENT ON COLUMN automated_runs.error_message IS 'reason of a timeout or error, which say nothing about the site';
COMMENT ON COLUMN automated_runs.scheduled_at IS 'when it was meant to start';
COMMENT ON COLUMN automated_runs.requested_at IS 'when it was asked for';
COMMENT ON COLUMN automated_runs.started_at IS 'when a worker took it; NULL: never';
COMMENT ON COLUMN automated_runs.deadline_at IS 'when it would have timed out';
COMMENT ON COLUMN automated_runs.completed_at IS 'when it ended';
COMMENT ON COLUMN automated_runs.late_ms IS 'from scheduled_at to started_at';
COMMENT ON COLUMN automated_runs.duration_ms IS 'from started_at to completed_at';
COMMENT ON COLUMN automated_runs.browser_ms IS 'with a browser open, all sessions together';
COMMENT ON COLUMN automated_runs.sessions_count IS 'deciding sessions: one a playbook';
COMMENT ON COLUMN automated_runs.screenshots_count IS 'pictures of the deciding sessions';
COMMENT ON COLUMN automated_runs.findings_count IS 'findings of the deciding sessions';
COMMENT ON COLUMN automated_runs.baseline_id IS 'what it was compared with; NULL: nothing was approved';
COMMENT ON COLUMN automated_runs.baseline_set IS 'whose baselines it was to be compared with';
COMMENT ON COLUMN automated_runs.baseline_diff_score IS 'largest score of its views, 0 to 1; NULL: nothing was compared';
COMMENT ON COLUMN automated_runs.score_method IS 'how scores were measured; different methods do not compare';
COMMENT ON COLUMN automated_runs.tolerance_score IS 'largest score that passes';
COMMENT ON COLUMN automated_runs.views_count IS 'views compared';
COMMENT ON COLUMN automated_runs.views_failed IS 'views that did not pass';
COMMENT ON COLUMN automated_runs.views_unchanged IS 'views with outcome unchanged';
COMMENT ON COLUMN automated_runs.views_changed IS 'views with outcome changed';
COMMENT ON COLUMN automated_runs.views_added IS 'views that the baseline lacks';
COMMENT ON COLUMN automated_runs.views_removed IS 'views that only the baseline has';
COMMENT ON COLUMN automated_runs.views_unreadable IS 'views of which a picture could not be read';
COMMENT ON COLUMN automated_runs.browser IS 'product and full version';
COMMENT ON COLUMN automated_runs.os IS 'operating system';
COMMENT ON COLUMN automated_runs.fonts_hash IS 'of the installed fonts'' names and sizes';
COMMENT ON COLUMN automated_runs.scale IS 'device pixels per CSS pixel';
COMMENT ON COLUMN automated_runs.notifications_sent IS 'notification_id of each message that arrived, as JSON';
COMMENT ON COLUMN automated_runs.report_path IS 'where its report is';
COMMENT ON COLUMN automated_runs.attempts_count IS 'most often that one playbook was played, looks again included';
COMMENT ON COLUMN automated_runs.about_repo IS 'owner/name of its event, else of its plan';
COMMENT ON COLUMN automated_runs.about_branch IS 'the branch of its event, into which it goes where that is a pull request, else of its plan';
COMMENT ON COLUMN automated_runs.about_environment IS 'of the deploy that its event tells of; NULL: it tells of none';
COMMENT ON COLUMN automated_runs.selection IS 'the part of its plan that was asked for, as options of a command; NULL: all of it';
COMMENT ON COLUMN automated_runs.views_not_run IS 'approved views that a run of a part of its plan did not look at; NULL: nobody asked yet';
COMMENT ON COLUMN automated_runs.against IS 'the live address that it was compared with; NULL: what was approved';
COMMENT ON COLUMN automated_runs.cost_usd IS 'of all its sessions, as far as they told; NULL: none did';

COMMENT ON TABLE internal.comparisons IS 'what the view comparisons is made of';
COMMENT ON COLUMN internal.comparisons.run_seq IS 'number of its run';
COMMENT ON COLUMN internal.comparisons.view_seq IS 'number of its view in internal.views';
COMMENT ON COLUMN internal.comparisons.outcome IS 'unchanged, changed, added, removed, unreadable or not_run';
COMMENT ON COLUMN internal.comparisons.passed IS 'within the tolerance and all budgets; NULL of what was not_run';
COMMENT ON COLUMN internal.comparisons.score IS '0 equal to 1 nothing in common';
COMMENT ON COLUMN internal.comparisons.score_method IS 'how the score was measured; different methods do not compare';
COMMENT ON COLUMN internal.comparisons.tolerance_score IS 'largest score that passes';
COMMENT ON COLUMN internal.comparisons.layout_px IS 'rows that only one side has';
COMMENT ON COLUMN internal.comparisons.regions_count IS 'changed areas';
COMMENT ON COLUMN internal.comparisons.is_flaky IS 'it differed at first, and looked as approved when it was looked at again';
COMMENT ON COLUMN internal.comparisons.looks_count IS 'pictures of it that were taken in the run; NULL: an older version did not keep it';
COMMENT ON COLUMN internal.comparisons.reason IS 'reason, where `change` is empty';
COMMENT ON COLUMN internal.comparisons.old_sha256 IS 'old_sha256 as bytes';
COMMENT ON COLUMN internal.comparisons.change IS 'what is told where the picture is not byte for byte the approved one; else empty';
COMMENT ON VIEW comparisons IS 'one row for each view of a run beside its approved picture';
COMMENT ON COLUMN comparisons.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN comparisons.run_id IS 'the run it belongs to';
COMMENT ON COLUMN comparisons.org_id IS 'organisation';
COMMENT ON COLUMN comparisons.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN comparisons.baseline_id IS 'the baseline with the approved picture';
COMMENT ON COLUMN comparisons.playbook_id IS 'playbook that shows it';
COMMENT ON COLUMN comparisons.view_name IS 'what its `screenshot:` calls it';
COMMENT ON COLUMN comparisons.viewport IS 'name of the window''s size';
COMMENT ON COLUMN comparisons.route IS 'path of the page''s address';
COMMENT ON COLUMN comparisons.outcome IS 'unchanged, changed, added, removed, unreadable or not_run';
COMMENT ON COLUMN comparisons.passed IS 'within the tolerance and all budgets; NULL of what was not_run';
COMMENT ON COLUMN comparisons.reason IS 'what changed and where, one sentence';
COMMENT ON COLUMN comparisons.score IS '0 equal to 1 nothing in common';
COMMENT ON COLUMN comparisons.score_method IS 'how the score was measured; different methods do not compare';
COMMENT ON COLUMN comparisons.tolerance_score IS 'largest score that passes';
COMMENT ON COLUMN comparisons.changed_ratio IS 'share of pixels that differ at all';
COMMENT ON COLUMN comparisons.layout_px IS 'rows that only one side has';
COMMENT ON COLUMN comparisons.regions_count IS 'changed areas';
COMMENT ON COLUMN comparisons.regions IS 'changed areas: x, y, width, height, changed_pixels, element, kind, colour_mean (CIEDE2000)';
COMMENT ON COLUMN comparisons.old_sha256 IS 'approved picture in the gallery';
COMMENT ON COLUMN comparisons.new_sha256 IS 'the run''s picture';
COMMENT ON COLUMN comparisons.overlay_sha256 IS 'the run''s picture with the changes marked';
COMMENT ON COLUMN comparisons.compared_at IS 'when its run ended';
COMMENT ON COLUMN comparisons.view IS 'playbook/view@viewport: what two pictures must share to be compared';
COMMENT ON COLUMN comparisons.is_flaky IS 'it differed at first, and looked as approved when it was looked at again';
COMMENT ON COLUMN comparisons.looks_count IS 'pictures of it that were taken in the run; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.visible_ratio IS 'share of pixels whose difference anti-aliasing does not explain; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.fingerprint IS 'of exactly this change, to find it in other runs; empty: nothing to recognise; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.side_by_side_sha256 IS 'both, where they differ; NULL: an older version did not keep it';

COMMENT ON TABLE internal.screenshots IS 'what the view screenshots is made of';
COMMENT ON COLUMN internal.screenshots.run_seq IS 'number of its run';
COMMENT ON COLUMN internal.screenshots.view_seq IS 'number of its view in internal.views';
COMMENT ON COLUMN internal.screenshots.session_id IS 'session_id, short: run_id is one sign';
COMMENT ON COLUMN internal.screenshots.url IS 'the page''s address';
COMMENT ON COLUMN internal.screenshots.step_id IS 'step that took it';
COMMENT ON COLUMN internal.screenshots.sha256 IS 'sha256 as bytes';
COMMENT ON COLUMN internal.screenshots.width_px IS 'width';
COMMENT ON COLUMN internal.screenshots.height_px IS 'height';
COMMENT ON COLUMN internal.screenshots.size_bytes IS 'size of the file';
COMMENT ON COLUMN internal.screenshots.stable IS 'whether two equal frames were seen';
COMMENT ON COLUMN internal.screenshots.masks_count IS 'masks that covered something';
COMMENT ON COLUMN internal.screenshots.taken_at IS 'when it was taken';
COMMENT ON VIEW screenshots IS 'one row for each picture that decides, the last one of its view in a run';
COMMENT ON COLUMN screenshots.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN screenshots.run_id IS 'the run it belongs to';
COMMENT ON COLUMN screenshots.org_id IS 'organisation';
COMMENT ON COLUMN screenshots.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN screenshots.session_id IS 'the session that took it';
COMMENT ON COLUMN screenshots.playbook_id IS 'playbook that shows it';
COMMENT ON COLUMN screenshots.view_name IS 'what its `screenshot:` calls it';
COMMENT ON COLUMN screenshots.viewport IS 'name of the window''s size';
COMMENT ON COLUMN screenshots.route IS 'path of the page''s address';
COMMENT ON COLUMN screenshots.url IS 'the page''s address';
COMMENT ON COLUMN screenshots.step_id IS 'step that took it';
COMMENT ON COLUMN screenshots.sha256 IS 'name of the picture in the gallery';
COMMENT ON COLUMN screenshots.width_px IS 'width';
COMMENT ON COLUMN screenshots.height_px IS 'height';
COMMENT ON COLUMN screenshots.size_bytes IS 'size of the file';
COMMENT ON COLUMN screenshots.stable IS 'whether two equal frames were seen';
COMMENT ON COLUMN screenshots.masks_count IS 'masks that covered something';
COMMENT ON COLUMN screenshots.taken_at IS 'when it was taken';
COMMENT ON COLUMN screenshots.view IS 'playbook/view@viewport: what two pictures must share to be compared';

COMMENT ON TABLE internal.sessions IS 'what the view sessions is made of';
COMMENT ON COLUMN internal.sessions.run_seq IS 'number of its run';
COMMENT ON COLUMN internal.sessions.session_id IS 'session_id, short: run_id is one sign';
COMMENT ON COLUMN internal.sessions.playbook_id IS 'what was played';
COMMENT ON COLUMN internal.sessions.status IS 'completed, failed, timeout, cancelled or crashed';
COMMENT ON COLUMN internal.sessions.error_message IS 'one sentence, unless it completed';
COMMENT ON COLUMN internal.sessions.started_at IS 'when it began';
COMMENT ON COLUMN internal.sessions.completed_at IS 'when it ended';
COMMENT ON COLUMN internal.sessions.duration_ms IS 'from started_at to completed_at';
COMMENT ON COLUMN internal.sessions.browser_ms IS 'from the browser''s start to its end';
COMMENT ON COLUMN internal.sessions.steps_count IS 'steps times viewports';
COMMENT ON COLUMN internal.sessions.steps_failed IS 'those that failed';
COMMENT ON COLUMN internal.sessions.screenshots_count IS 'pictures taken';
COMMENT ON COLUMN internal.sessions.findings_count IS 'things noticed';
COMMENT ON COLUMN internal.sessions.browser IS 'product and full version';
COMMENT ON COLUMN internal.sessions.os IS 'operating system';
COMMENT ON COLUMN internal.sessions.fonts_hash IS 'of the installed fonts'' names and sizes';
COMMENT ON COLUMN internal.sessions.scale IS 'device pixels per CSS pixel';
COMMENT ON COLUMN internal.sessions.attempt IS '1, 2, ..: how often the playbook had been played in this run';
COMMENT ON COLUMN internal.sessions.retry_class IS 'why there was an attempt after the first: infra (ours), finding (the site broke an expectation), visual (a view differed)';
COMMENT ON COLUMN internal.sessions.site_build IS 'what the site said of its build, as the playbook asks for it; NULL: it does not, or the site did not say';
COMMENT ON COLUMN internal.sessions.runner IS 'who played it: browser (this machine''s), open-inspect (an agent); NULL: before agents played, so a browser';
COMMENT ON COLUMN internal.sessions.agent_session_id IS 'the session on the control plane; NULL: a browser played it, or none was opened';
COMMENT ON COLUMN internal.sessions.agent_url IS 'its page for people; NULL: nobody said where that is';
COMMENT ON COLUMN internal.sessions.cost_usd IS 'in US dollars, as the control plane tells; NULL: it does not';
COMMENT ON VIEW sessions IS 'one row for each time that a playbook was played in a browser, attempts that did not decide included';
COMMENT ON COLUMN sessions.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN sessions.session_id IS 'the session';
COMMENT ON COLUMN sessions.run_id IS 'the run it belongs to';
COMMENT ON COLUMN sessions.org_id IS 'organisation';
COMMENT ON COLUMN sessions.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN sessions.playbook_id IS 'what was played';
COMMENT ON COLUMN sessions.status IS 'completed, failed, timeout, cancelled or crashed';
COMMENT ON COLUMN sessions.error_message IS 'one sentence, unless it completed';
COMMENT ON COLUMN sessions.started_at IS 'when it began';
COMMENT ON COLUMN sessions.completed_at IS 'when it ended';
COMMENT ON COLUMN sessions.duration_ms IS 'from started_at to completed_at';
COMMENT ON COLUMN sessions.browser_ms IS 'from the browser''s start to its end';
COMMENT ON COLUMN sessions.steps_count IS 'steps times viewports';
COMMENT ON COLUMN sessions.steps_failed IS 'those that failed';
COMMENT ON COLUMN sessions.screenshots_count IS 'pictures taken';
COMMENT ON COLUMN sessions.findings_count IS 'things noticed';
COMMENT ON COLUMN sessions.browser IS 'product and full version';
COMMENT ON COLUMN sessions.os IS 'operating system';
COMMENT ON COLUMN sessions.fonts_hash IS 'of the installed fonts'' names and sizes';
COMMENT ON COLUMN sessions.scale IS 'device pixels per CSS pixel';
COMMENT ON COLUMN sessions.attempt IS '1, 2, ..: how often the playbook had been played in this run';
COMMENT ON COLUMN sessions.retry_class IS 'why there was an attempt after the first: infra (ours), finding (the site broke an expectation), visual (a view differed)';
COMMENT ON COLUMN sessions.site_build IS 'what the site said of its build, as the playbook asks for it; NULL: it does not, or the site did not say';
COMMENT ON COLUMN sessions.runner IS 'who played it: browser (this machine''s), open-inspect (an agent); NULL: before agents played, so a browser';
COMMENT ON COLUMN sessions.agent_session_id IS 'the session on the control plane; NULL: a browser played it, or none was opened';
COMMENT ON COLUMN sessions.agent_url IS 'its page for people; NULL: nobody said where that is';
COMMENT ON COLUMN sessions.cost_usd IS 'in US dollars, as the control plane tells; NULL: it does not';

COMMENT ON TABLE internal.steps IS 'what the view steps is made of';
COMMENT ON COLUMN internal.steps.run_seq IS 'number of its run';
COMMENT ON COLUMN internal.steps.session_id IS 'session_id, short: run_id is one sign';
COMMENT ON COLUMN internal.steps.playbook_id IS 'the playbook it is a step of';
COMMENT ON COLUMN internal.steps.attempt IS 'of its session';
COMMENT ON COLUMN internal.steps.position IS '1, 2, ..: order within the session';
COMMENT ON COLUMN internal.steps.step_id IS 'its id in the playbook';
COMMENT ON COLUMN internal.steps.step_name IS 'for people';
COMMENT ON COLUMN internal.steps.viewport IS 'name of the window''s size';
COMMENT ON COLUMN internal.steps.status IS 'passed, failed or skipped';
COMMENT ON COLUMN internal.steps.message IS 'why it failed or was skipped';
COMMENT ON COLUMN internal.steps.url IS 'where the page stood at its end';
COMMENT ON COLUMN internal.steps.duration_ms IS 'how long it took';
COMMENT ON VIEW steps IS 'one row for each step of a session in each viewport; older versions kept none';
COMMENT ON COLUMN steps.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN steps.run_id IS 'the run it belongs to';
COMMENT ON COLUMN steps.org_id IS 'organisation';
COMMENT ON COLUMN steps.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN steps.session_id IS 'the session that played it';
COMMENT ON COLUMN steps.playbook_id IS 'the playbook it is a step of';
COMMENT ON COLUMN steps.attempt IS 'of its session';
COMMENT ON COLUMN steps.position IS '1, 2, ..: order within the session';
COMMENT ON COLUMN steps.step_id IS 'its id in the playbook';
COMMENT ON COLUMN steps.step_name IS 'for people';
COMMENT ON COLUMN steps.viewport IS 'name of the window''s size';
COMMENT ON COLUMN steps.status IS 'passed, failed or skipped';
COMMENT ON COLUMN steps.message IS 'why it failed or was skipped';
COMMENT ON COLUMN steps.url IS 'where the page stood at its end';
COMMENT ON COLUMN steps.duration_ms IS 'how long it took';
COMMENT ON COLUMN steps.played_at IS 'when its run ended';

COMMENT ON TABLE internal.findings IS 'what the view findings is made of';
COMMENT ON COLUMN internal.findings.run_seq IS 'number of its run';
COMMENT ON COLUMN internal.findings.session_id IS 'session_id, short: run_id is one sign';
COMMENT ON COLUMN internal.findings.playbook_id IS 'what was played';
COMMENT ON COLUMN internal.findings.step_id IS 'step during which it was noticed';
COMMENT ON COLUMN internal.findings.viewport IS 'name of the window''s size';
COMMENT ON COLUMN internal.findings.route IS 'path of the page''s address';
COMMENT ON COLUMN internal.findings.kind IS 'expectation, action, navigation, page_error, request_failed, slow, ..';
COMMENT ON COLUMN internal.findings.severity IS 'info, warning or error';
COMMENT ON COLUMN internal.findings.message IS 'one sentence';
COMMENT ON COLUMN internal.findings.screenshot_sha256 IS 'screenshot_sha256 as bytes';
COMMENT ON COLUMN internal.findings.found_at IS 'when its session ended';
COMMENT ON COLUMN internal.findings.url IS 'address of what is at fault: what was fetched, the script that threw; NULL: only its page is known';
COMMENT ON COLUMN internal.findings.ignored_because IS 'the reason in findings.ignore of the playbook; NULL: it counts';
COMMENT ON COLUMN internal.findings.is_known IS 'it was there when the baseline was approved, so it fails nothing; NULL: nobody asked yet';
COMMENT ON VIEW findings IS 'one row for each thing that a deciding session noticed apart from pictures';
COMMENT ON COLUMN findings.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN findings.run_id IS 'the run it belongs to';
COMMENT ON COLUMN findings.org_id IS 'organisation';
COMMENT ON COLUMN findings.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN findings.session_id IS 'the session that noticed it';
COMMENT ON COLUMN findings.playbook_id IS 'what was played';
COMMENT ON COLUMN findings.step_id IS 'step during which it was noticed';
COMMENT ON COLUMN findings.viewport IS 'name of the window''s size';
COMMENT ON COLUMN findings.route IS 'path of the page''s address';
COMMENT ON COLUMN findings.kind IS 'expectation, action, navigation, page_error, request_failed, slow, ..';
COMMENT ON COLUMN findings.severity IS 'info, warning or error';
COMMENT ON COLUMN findings.message IS 'one sentence';
COMMENT ON COLUMN findings.screenshot_sha256 IS 'picture that shows it';
COMMENT ON COLUMN findings.found_at IS 'when its session ended';
COMMENT ON COLUMN findings.url IS 'address of what is at fault: what was fetched, the script that threw; NULL: only its page is known';
COMMENT ON COLUMN findings.ignored_because IS 'the reason in findings.ignore of the playbook; NULL: it counts';
COMMENT ON COLUMN findings.is_known IS 'it was there when the baseline was approved, so it fails nothing; NULL: nobody asked yet';
