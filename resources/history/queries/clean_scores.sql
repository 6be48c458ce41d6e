-- How far each view was from its approved picture in the newest runs of a definition that passed and compared; the newest
-- run first. Scores of different methods do not compare: `score_method` says which one it was.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $runs = 20: how many runs at most
WITH compared AS (  -- of the definition alone, which the file is sorted by, and not of all
    SELECT run_seq, view, outcome, score, score_method, tolerance_score, passed
    FROM comparisons WHERE org_id = $org_id AND definition_id = $definition_id
), clean AS (
    SELECT DISTINCT run_seq FROM automated_runs SEMI JOIN compared USING (run_seq)
    WHERE org_id = $org_id AND definition_id = $definition_id AND status = 'passed'
        AND against IS NULL  -- how far two live addresses are apart is no noise
    ORDER BY run_seq DESC
    LIMIT $runs
)
SELECT run_seq, view, score, score_method, tolerance_score AS tolerance, passed
FROM compared SEMI JOIN clean USING (run_seq)
WHERE outcome <> 'not_run'
ORDER BY run_seq DESC, view;
