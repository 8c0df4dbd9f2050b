SELECT count(*) AS calls,
    count(*) FILTER (direction = 'inbound') AS offered,
    count(*) FILTER (outcome = 'answered') AS answered,
    count(*) FILTER (outcome = 'missed') AS missed,
    count(*) FILTER (short_abandon) AS short_abandons,
    count(*) FILTER (outcome = 'missed' AND short_abandon IS NULL) AS waits_unknown,
    count(*) FILTER (outcome = 'missed' AND external_number IS NULL) AS withheld,
    count(DISTINCT external_number) FILTER (outcome = 'missed' AND first_time) AS first_time_callers,
    count(*) FILTER (is_lost AND in_hours) AS lost_in_hours,
    count(*) FILTER (is_lost AND NOT in_hours) AS lost_outside_hours,
    max(wait_seconds) FILTER (outcome = 'missed') AS longest_wait_seconds,
    quantile_cont(wait_seconds, 0.5) FILTER (outcome = 'answered') AS median_answer_seconds,
    quantile_cont(wait_seconds, 0.9) FILTER (outcome = 'answered') AS p90_answer_seconds,
    count(*) FILTER (is_removed) AS removed,
    count(*) FILTER (recording_removed) AS recordings_removed
FROM report_calls
WHERE account_id = $account_id AND started_at >= $since AND started_at < $until
