-- How many messages a day went to each target, and how many of them did not arrive.
--
-- $org_id: the organisation
-- $days = 30: how far back
SELECT target, created_at::DATE AS day, count(*) AS messages, count(*) FILTER (status = 'failed') AS not_arrived
FROM notifications
WHERE org_id = $org_id AND created_at > now() - to_days($days::INTEGER)
GROUP BY target, day ORDER BY target, day
