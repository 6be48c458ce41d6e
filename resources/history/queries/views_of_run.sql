-- What each view of a run looked like beside its approved picture, the farthest first.
--
-- $org_id: the organisation
-- $run_id: the run
SELECT view, outcome, passed, is_flaky, round(score, 5) AS score, tolerance_score AS tolerance, reason
FROM comparisons
WHERE org_id = $org_id AND run_id = $run_id
ORDER BY score DESC NULLS LAST, view
