SELECT weekday::INTEGER AS weekday, hour::INTEGER AS hour, in_hours, count(*) AS calls
FROM report_calls
WHERE account_id = $account_id AND is_lost AND weekday IS NOT NULL AND started_at >= $since AND started_at < $until
GROUP BY ALL ORDER BY ALL
