-- Calls from outside by how long the caller waited: from the last of `$edges` that was reached; null: not known.
SELECT list_max(list_filter($edges, lambda edge: edge <= wait_seconds)) AS from_seconds,
    count(*) FILTER (outcome = 'answered') AS answered,
    count(*) FILTER (outcome = 'missed') AS missed,
    count(*) FILTER (short_abandon) AS short_abandons
FROM report_calls
WHERE account_id = $account_id AND direction = 'inbound' AND started_at >= $since AND started_at < $until
GROUP BY ALL ORDER BY ALL
