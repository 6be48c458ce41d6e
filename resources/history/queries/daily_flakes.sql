-- How often views of each definition differed at first and looked as approved at another look, day by day (of UTC); of runs
-- that passed or failed. `flakiest` is the view that did so most often, NULL where none did.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
WITH views AS (
    SELECT compared_at::DATE AS day, definition_id, view, count(*) AS compared, count(*) FILTER (is_flaky) AS flaky
    FROM comparisons
    WHERE org_id = $org_id AND compared_at >= $first::DATE AND compared_at < $last::DATE + 1 AND passed IS NOT NULL
        AND run_seq IN (
            SELECT run_seq FROM automated_runs
            WHERE org_id = $org_id AND status IN ('passed', 'failed') AND against IS NULL
                AND completed_at >= $first::DATE AND completed_at < $last::DATE + 1
        )
    GROUP BY day, definition_id, view
)
SELECT day, definition_id, sum(compared)::BIGINT AS compared, sum(flaky)::BIGINT AS flaky,
    count(*) FILTER (flaky > 0) AS flaky_views,
    arg_max(view, {'flaky': flaky, 'view': view}) FILTER (flaky > 0) AS flakiest
FROM views GROUP BY day, definition_id ORDER BY day, definition_id
