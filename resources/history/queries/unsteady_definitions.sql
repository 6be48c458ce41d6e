-- Which definitions may have a view or a playbook that is broken, unstable or at risk: those of which a run since a day failed
-- or took another attempt, or passed with a view that was restless, used most of its budget or had other rows.
--
-- $org_id: the organisation
-- $since: the first time that counts, as 2026-11-01 or 2026-11-01T02:00:00Z
WITH runs AS (
    SELECT run_seq, definition_id, status FROM automated_runs
    WHERE org_id = $org_id AND status IN ('passed', 'failed') AND against IS NULL AND completed_at >= $since::TIMESTAMPTZ
)
SELECT DISTINCT definition_id FROM runs
WHERE status = 'failed'
    OR run_seq IN (
        SELECT run_seq FROM comparisons
        WHERE compared_at >= $since::TIMESTAMPTZ AND (is_flaky OR layout_px > 0 OR score >= 0.7 * tolerance_score)
    )
    OR run_seq IN (SELECT run_seq FROM sessions WHERE coalesce(attempt, 1) > 1)
ORDER BY definition_id
