-- How each playbook of a definition ended in each run that passed or failed since a day, oldest first: its last attempt, and
-- whether it took another one. Looks at views that differed are no attempts.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $since: the first time that counts, as 2026-11-01 or 2026-11-01T02:00:00Z
SELECT run_seq, epoch_ms(max(completed_at)) AS at_ms, playbook_id,
       arg_max(status, coalesce(attempt, 1)) = 'completed' AS passed, count(*) > 1 AS is_restless
FROM sessions
WHERE coalesce(retry_class, '') <> 'visual' AND run_seq IN (
    SELECT run_seq FROM automated_runs
    WHERE org_id = $org_id AND definition_id = $definition_id AND status IN ('passed', 'failed')
        AND against IS NULL AND completed_at >= $since::TIMESTAMPTZ
)
GROUP BY run_seq, playbook_id
ORDER BY run_seq, playbook_id
