-- What of its tolerance each definition's passing views used, day by day (of UTC): 0 is as approved, 1 is all that a run may
-- differ by. `at_risk` counts views that used 0.7 of it and more. No two methods of scoring in one row.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
WITH measured AS (  -- the same picture is 0 by whatever method
    SELECT compared_at::DATE AS day, definition_id, view, score / tolerance_score AS used,
        coalesce(nullif(score_method, 'none'),
            max(nullif(score_method, 'none')) OVER (PARTITION BY definition_id, compared_at::DATE), 'none') AS score_method
    FROM comparisons
    WHERE org_id = $org_id AND compared_at >= $first::DATE AND compared_at < $last::DATE + 1
        AND passed AND score IS NOT NULL AND tolerance_score > 0
        AND run_seq IN (
            SELECT run_seq FROM automated_runs
            WHERE org_id = $org_id AND against IS NULL AND completed_at >= $first::DATE AND completed_at < $last::DATE + 1
        )
)
SELECT day, definition_id, score_method, count(DISTINCT view) AS views, sum(used) AS used_sum, count(*) AS measured,
    max(used) AS used_most, arg_max(view, {'used': used, 'view': view}) AS farthest,
    count(DISTINCT view) FILTER (used >= 0.7) AS at_risk
FROM measured GROUP BY day, definition_id, score_method ORDER BY day, definition_id, score_method
