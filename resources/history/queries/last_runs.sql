-- How each definition stands: its newest run that has ended, and when one passed last.
--
-- $org_id: the organisation
SELECT definition_id, status, verdict, completed_at, passed_at, round(baseline_diff_score, 4) AS score, run_id
FROM schedule_last_run
WHERE org_id = $org_id
ORDER BY status = 'passed', definition_id
