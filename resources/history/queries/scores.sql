-- How far each view was from its approved picture, run by run, beside its tolerance: those that came nearest to it, and no two
-- methods on one line.
--
-- $org_id: the organisation
-- $days = 28: how far back
-- $rows = 20: how many views at most
WITH measured AS (  -- the same picture is 0 by whatever method
    SELECT view, compared_at, score, tolerance_score,
        coalesce(nullif(score_method, 'none'), max(nullif(score_method, 'none')) OVER (PARTITION BY view), 'the same') AS method
    FROM comparisons WHERE org_id = $org_id AND score IS NOT NULL AND compared_at > now() - to_days($days::INTEGER)
), recent AS (
    SELECT concat(view, ' (', method, ')') AS line, compared_at, score, tolerance_score,
        max(score / nullif(tolerance_score, 0)) OVER (PARTITION BY view, method) AS nearest
    FROM measured
)
SELECT line, compared_at, round(score, 4) AS score, tolerance_score
FROM recent
WHERE nearest >= (SELECT min(nearest) FROM (SELECT DISTINCT nearest, line FROM recent ORDER BY nearest DESC LIMIT $rows::INTEGER))
ORDER BY nearest DESC, line, compared_at
