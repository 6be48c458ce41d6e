-- What each run of a definition that passed or failed showed of each view since a day, oldest first. A run that needs review
-- is left out: it says that a person has to look, and not that the site differs.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $since: the first time that counts, as 2026-11-01 or 2026-11-01T02:00:00Z
SELECT run_seq, epoch_ms(compared_at) AS at_ms, view, playbook_id,
       passed, coalesce(is_flaky, false) AS is_restless, score, tolerance_score AS tolerance, layout_px,
       coalesce(old_sha256, '') AS approved
FROM comparisons
WHERE outcome NOT IN ('not_run', 'unreadable') AND passed IS NOT NULL AND compared_at >= $since::TIMESTAMPTZ AND run_seq IN (
    SELECT run_seq FROM automated_runs
    WHERE org_id = $org_id AND definition_id = $definition_id AND status IN ('passed', 'failed')
        AND against IS NULL AND completed_at >= $since::TIMESTAMPTZ
)
ORDER BY run_seq, view
