-- An organisation's ended run by its id; ids grow with time, so that zone maps prune.
--
-- $org_id; $run_id
SELECT run_id AS id, origin, definition_id, definition_kind, status, reason, trigger_event AS variables, requested_by, dagster_run_id,
       retry_of, scheduled_at, requested_at, started_at, deadline_at, completed_at,
       date_diff('minute', started_at, deadline_at) AS timeout_minutes
FROM automated_runs
WHERE org_id = $org_id AND run_id = $run_id
LIMIT 1;
