-- The newest runs that did not pass, and why.
--
-- $org_id: the organisation
-- $rows = 20: how many at most
SELECT completed_at, definition_id, status, reason, run_id
FROM automated_runs
WHERE org_id = $org_id AND status IN ('failed', 'needs_review', 'timeout', 'error')
ORDER BY requested_at DESC, run_id DESC LIMIT $rows::INTEGER
