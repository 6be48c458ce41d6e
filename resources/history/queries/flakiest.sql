-- Which views differed at first and looked as approved when they were looked at again, the flakiest first.
--
-- $org_id: the organisation
-- $days = 30: how far back
-- $rows = 20: how many views at most
SELECT view, definition_id, count(*) AS runs, count(*) FILTER (is_flaky) AS flaky,
    round(100 * flaky / runs, 1) AS flaky_percent, count(*) FILTER (NOT passed) AS failed
FROM comparisons
WHERE org_id = $org_id AND compared_at > now() - to_days($days::INTEGER)
GROUP BY view, definition_id HAVING flaky > 0
ORDER BY flaky_percent DESC, flaky DESC, view LIMIT $rows::INTEGER
