-- How many of a day's runs passed, of one definition or of each; skipped and cancelled ones do not count.
--
-- $org_id: the organisation
-- $definition_id = %: the schedule or trigger; % stands for any text
-- $days = 90: how far back
SELECT definition_id, day, runs_count - skipped_count AS runs,
    round(100 * passed_count / nullif(runs_count - skipped_count, 0), 1) AS passed_percent
FROM daily_rollup
WHERE org_id = $org_id AND definition_id LIKE $definition_id AND day > current_date - $days::INTEGER
ORDER BY definition_id, day
