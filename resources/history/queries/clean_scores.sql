-- How far each view was from its approved picture in the newest runs of a definition that passed and compared; the newest
-- run first. Scores of different methods do not compare: `score_method` says which one it was.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $runs = 20: how many runs at most
SELECT run_seq,
       view, score, score_method, tolerance_score AS tolerance, passed
FROM comparisons
WHERE outcome <> 'not_run' AND run_seq IN (
    SELECT DISTINCT runs.run_seq
    FROM automated_runs AS runs JOIN comparisons AS compared USING (run_seq)
    WHERE runs.org_id = $org_id AND runs.definition_id = $definition_id AND runs.status = 'passed'
        AND runs.against IS NULL  -- how far two live addresses are apart is no noise
    ORDER BY runs.run_seq DESC
    LIMIT $runs
)
ORDER BY run_seq DESC, view;
