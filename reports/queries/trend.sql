-- Per day: null where no PBX was read that day, so that an unread day is never drawn as a quiet one.
WITH days AS (
    SELECT day, timezone($timezone, day::TIMESTAMP) AS since, timezone($timezone, day + INTERVAL 1 DAY) AS until
    FROM (SELECT unnest($days) AS day)
),
read AS (
    SELECT DISTINCT d.day FROM days AS d JOIN windows AS w ON w.since < d.until AND w.until > d.since
    WHERE w.state = 'complete' AND w.pbx_id IN (SELECT unnest($pbx_ids))
),
counted AS (
    SELECT local_at::DATE AS day, count(*) AS offered, count(*) FILTER (is_lost) AS lost,
        count(*) FILTER (short_abandon) AS short_abandons
    FROM report_calls WHERE account_id = $account_id AND direction = 'inbound' GROUP BY ALL
)
SELECT d.day,
    CASE WHEN r.day IS NOT NULL OR c.day IS NOT NULL THEN coalesce(c.offered, 0) END AS offered,
    CASE WHEN r.day IS NOT NULL OR c.day IS NOT NULL THEN coalesce(c.lost, 0) END AS lost,
    CASE WHEN r.day IS NOT NULL OR c.day IS NOT NULL THEN coalesce(c.short_abandons, 0) END AS short_abandons
FROM days AS d LEFT JOIN read AS r USING (day) LEFT JOIN counted AS c USING (day)
ORDER BY d.day
