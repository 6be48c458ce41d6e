-- How long runs take, by their first playbook: half of them are done within the median, 19 of 20 within p95; the slowest first.
--
-- $org_id: the organisation
-- $days = 90: how far back
-- $rows = 50: how many playbooks at most
SELECT playbook_id, count(*) AS runs, round(median(duration_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(duration_ms, 0.95) / 1000, 1) AS p95_seconds, round(max(duration_ms) / 1000, 1) AS slowest_seconds
FROM automated_runs
WHERE org_id = $org_id AND duration_ms IS NOT NULL AND completed_at > now() - to_days($days::INTEGER)
GROUP BY playbook_id ORDER BY p95_seconds DESC, playbook_id LIMIT $rows::INTEGER
