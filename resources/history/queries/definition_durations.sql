-- How long the runs of each definition take: half of them are done within the median, 19 of 20 within p95; the slowest first.
--
-- $org_id: the organisation
-- $days = 90: how far back
-- $rows = 50: how many definitions at most
SELECT definition_id, count(*) AS runs, round(median(duration_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(duration_ms, 0.95) / 1000, 1) AS p95_seconds
FROM automated_runs
WHERE org_id = $org_id AND duration_ms IS NOT NULL AND completed_at > now() - to_days($days::INTEGER)
GROUP BY definition_id ORDER BY p95_seconds DESC, definition_id LIMIT $rows::INTEGER
