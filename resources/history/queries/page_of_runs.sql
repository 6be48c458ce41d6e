-- A page of an organisation's ended runs before a known place, newest first; written so that zone maps prune (a row-value
-- predicate is 20x slower).
--
-- $org_id; $definition_id, $kind: null for any; $statuses: a list; $since and $until (before it); $repo, $branch, $environment: the
-- event's, else the plan's, null for any; $at and $id: the place; $limit: how many runs at most
SELECT run_id AS id, origin, definition_id, definition_kind, status, reason, trigger_event AS variables, requested_by, dagster_run_id,
       retry_of, scheduled_at, requested_at, started_at, deadline_at, completed_at,
       date_diff('minute', started_at, deadline_at) AS timeout_minutes
FROM automated_runs
WHERE org_id = $org_id
    AND requested_at >= $since AND requested_at < $until
    AND requested_at <= $at AND (requested_at < $at OR run_id < $id)
    AND ($definition_id IS NULL OR definition_id = $definition_id)
    AND ($kind IS NULL OR definition_kind = $kind)
    AND list_contains($statuses, status)
    AND ($repo IS NULL OR coalesce(json_extract_string(trigger_event, '$.repo'), repo) = $repo)
    AND ($branch IS NULL OR coalesce(json_extract_string(trigger_event, '$.base_branch'), branch) = $branch)
    AND ($environment IS NULL OR json_extract_string(trigger_event, '$.environment') = $environment)
ORDER BY requested_at DESC, run_id DESC
LIMIT $limit;
