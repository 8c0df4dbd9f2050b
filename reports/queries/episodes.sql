-- Callers with a missed call in the period, and what became of them. With `$as_of`, as it stood then: the period
-- before is judged at the same age as this one, else its callers would have had longer to be called back.
WITH chosen AS (
    SELECT *, state_as_of(report_episodes, $as_of::TIMESTAMPTZ) AS state_then
    FROM report_episodes
    WHERE account_id = $account_id AND episode_id IN (
        SELECT episode_id FROM report_calls
        WHERE account_id = $account_id AND outcome = 'missed' AND started_at >= $since AND started_at < $until
    )
)
SELECT count(*) AS callers,
    count(*) FILTER (state_then = 'returned') AS returned,
    count(*) FILTER (state_then = 'returned' AND reached_at IS NOT NULL) AS returned_and_reached,
    count(*) FILTER (state_then = 'self_recovered') AS self_recovered,
    count(*) FILTER (state_then = 'open') AS still_open,
    count(*) FILTER (state_then = 'open' AND is_unjudged AND coalesce(deadline_at <= $as_of, true)) AS unjudged,
    count(*) FILTER (state_then = 'never_returned') AS never_returned,
    count(*) FILTER (state_then = 'never_returned' AND tries > 1) AS never_returned_repeat,
    count(*) FILTER (state_then = 'never_returned' AND first_attempt_at IS NOT NULL) AS returned_late,
    count(*) FILTER (needs_call) AS to_call,
    quantile_cont(seconds_to_callback, 0.5) AS median_callback_seconds,
    quantile_cont(seconds_to_callback, 0.9) AS p90_callback_seconds,
    quantile_cont(open_seconds_to_callback, 0.5) AS median_callback_open_seconds,
    quantile_cont(open_seconds_to_callback, 0.9) AS p90_callback_open_seconds
FROM chosen
