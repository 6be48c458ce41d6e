-- How many minutes each definition ran, day by day together; what of a budget it uses.
--
-- $org_id: the organisation
-- $days = 30: how far back
-- $rows = 50: how many definitions at most
SELECT definition_id, sum(runs_count)::BIGINT AS runs, round(sum(duration_ms_sum) / 60000, 1) AS minutes
FROM daily_rollup
WHERE org_id = $org_id AND day > current_date - $days::INTEGER
GROUP BY definition_id ORDER BY minutes DESC, definition_id LIMIT $rows::INTEGER
