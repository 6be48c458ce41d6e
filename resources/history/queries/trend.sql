-- How far each view of a definition was from its approved picture, day by day, beside its tolerance; no two methods on one line.
--
-- $org_id: the organisation
-- $definition_id: the schedule or trigger
-- $days = 90: how far back
SELECT view, score_method, compared_at::DATE AS day, count(*) AS runs, round(avg(score), 5) AS mean_score,
    round(max(score), 5) AS worst_score, max(tolerance_score) AS tolerance
FROM comparisons
WHERE org_id = $org_id AND definition_id = $definition_id AND score IS NOT NULL
    AND compared_at > now() - to_days($days::INTEGER)
GROUP BY view, score_method, day ORDER BY view, score_method, day
