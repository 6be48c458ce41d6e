-- How long after its time a run began, day by day (of UTC, by its end), by definition; the row without one is of all together.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
SELECT completed_at::DATE AS day, definition_id, count(*) AS runs, round(median(late_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(late_ms, 0.95) / 1000, 1) AS p95_seconds, round(max(late_ms) / 1000, 1) AS latest_seconds
FROM automated_runs
WHERE org_id = $org_id AND late_ms IS NOT NULL AND completed_at >= $first::DATE AND completed_at < $last::DATE + 1
GROUP BY GROUPING SETS ((completed_at::DATE, definition_id), (completed_at::DATE)) ORDER BY day, definition_id NULLS FIRST
