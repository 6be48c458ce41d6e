-- Which routes were looked at, day by day (of UTC): by how many definitions, in how many views and sizes of the window, and
-- how many pictures that made.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
SELECT taken_at::DATE AS day, route, count(DISTINCT definition_id) AS definitions, count(DISTINCT view) AS views,
    count(DISTINCT viewport) AS viewports, count(*) AS pictures
FROM screenshots
WHERE org_id = $org_id AND route IS NOT NULL AND taken_at >= $first::DATE AND taken_at < $last::DATE + 1
GROUP BY day, route ORDER BY day, route
