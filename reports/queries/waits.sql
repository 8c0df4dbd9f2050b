SELECT CASE
        WHEN wait_seconds < 10 THEN 0 WHEN wait_seconds < 20 THEN 10 WHEN wait_seconds < 30 THEN 20
        WHEN wait_seconds < 60 THEN 30 WHEN wait_seconds < 120 THEN 60 WHEN wait_seconds < 300 THEN 120 ELSE 300
    END AS from_seconds,
    count(*) FILTER (outcome = 'answered') AS answered,
    count(*) FILTER (outcome = 'missed') AS missed
FROM report_calls
WHERE account_id = $account_id AND direction = 'inbound' AND wait_seconds IS NOT NULL
    AND started_at >= $since AND started_at < $until
GROUP BY ALL ORDER BY ALL
