-- How many messages were written for each target, day by day (of UTC): how many of them opened an incident, and how many
-- did not arrive.
--
-- $org_id: the organisation
-- $first: the first day, as 2026-11-01
-- $last: the last day
SELECT created_at::DATE AS day, target, count(*) AS messages, count(*) FILTER (kind = 'opened') AS openings,
    count(*) FILTER (status = 'failed') AS not_arrived
FROM notifications
WHERE org_id = $org_id AND created_at >= $first::DATE AND created_at < $last::DATE + 1
GROUP BY day, target ORDER BY day, target
