-- The times of a day (of UTC) for which a run of each schedule was asked for and has ended, and the newest one in the 90 days
-- before it: what a look for missing runs stands on.
--
-- $org_id: the organisation
-- $day: the day, as 2026-11-01
SELECT definition_id, epoch_ms(scheduled_at) AS at_ms
FROM automated_runs
WHERE org_id = $org_id AND origin LIKE 'cron:%' AND scheduled_at >= $day::DATE AND scheduled_at < $day::DATE + 1
UNION ALL
SELECT definition_id, epoch_ms(max(scheduled_at)) AS at_ms
FROM automated_runs
WHERE org_id = $org_id AND origin LIKE 'cron:%' AND scheduled_at >= $day::DATE - 90 AND scheduled_at < $day::DATE
GROUP BY definition_id
ORDER BY definition_id, at_ms
