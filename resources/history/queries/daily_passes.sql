-- How the runs of each definition ended, day by day (of UTC, by their end); a definition without runs that day has no row.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
SELECT day, definition_id, runs_count - skipped_count AS runs, passed_count AS passed, failed_count AS failed,
    needs_review_count AS needs_review, error_count AS errors, skipped_count AS skipped
FROM daily_rollup
WHERE org_id = $org_id AND day BETWEEN $first::DATE AND $last::DATE
ORDER BY day, definition_id
