-- Each call of the period with what is known of its caller; with `$as_of`, as that stood then.
WITH chosen AS (
    SELECT * FROM report_calls WHERE account_id = $account_id AND started_at >= $since AND started_at < $until
),
rang AS (
    SELECT call_id, string_agg(DISTINCT dn, ';' ORDER BY dn) AS rang_extensions
    FROM report_rang WHERE account_id = $account_id GROUP BY call_id
),
told AS (
    SELECT call_id, string_agg(crm_id || '=' || state, ';' ORDER BY crm_id) AS crm_states
    FROM report_activities WHERE kind = 'call' AND account_id = $account_id GROUP BY call_id
),
callers AS (SELECT *, state_as_of(report_episodes, $as_of::TIMESTAMPTZ) AS state_then FROM report_episodes)
SELECT c.*, timezone('UTC', c.started_at) AS utc_at, r.rang_extensions, t.crm_states,
    e.state_then, e.tries, e.last_missed_local,
    e.longest_wait_seconds, e.first_time AS caller_first_time, e.needs_call, e.is_unjudged,
    e.reached_at IS NOT NULL AS is_reached, e.seconds_to_callback, e.open_seconds_to_callback
FROM chosen AS c
LEFT JOIN callers AS e ON e.episode_id = c.episode_id
LEFT JOIN rang AS r ON r.call_id = c.call_id
LEFT JOIN told AS t ON t.call_id = c.call_id
ORDER BY c.started_at, c.call_id
