-- How long after its time a run began, by definition: half of them within the median, 19 of 20 within p95; the latest first.
--
-- $org_id: the organisation
-- $days = 30: how far back
-- $rows = 50: how many definitions at most
SELECT definition_id, count(*) AS runs, round(median(late_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(late_ms, 0.95) / 1000, 1) AS p95_seconds, round(max(late_ms) / 1000, 1) AS latest_seconds
FROM automated_runs
WHERE org_id = $org_id AND late_ms IS NOT NULL AND completed_at > now() - to_days($days::INTEGER)
GROUP BY definition_id ORDER BY p95_seconds DESC, definition_id LIMIT $rows::INTEGER
