-- How far each view of a definition is from the picture that a person approved last, day by day, and what its runs have added up
-- to: beyond 2 a person is asked.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $days = 30: how far back
SELECT view, day, runs_count, round(used_most, 4) AS used_most, round(drift_sum, 2) AS drift_sum, drift_since
FROM drift
WHERE org_id = $org_id AND definition_id = $definition_id AND day > current_date - $days::INTEGER
ORDER BY view, day
