SELECT * FROM report_calls
WHERE account_id = $account_id AND started_at >= $since AND started_at < $until
ORDER BY started_at, call_id
